import type { Change } from "@fairway/ovsdb";
import type { Tables } from "../intent/generated/fairway.ts";
import type { View } from "../intent/view.ts";
import type { Unit } from "./desired.ts";
import { existing } from "./existing.ts";
import { networksOfReach } from "./touched-reach.ts";

/**
 * The units whose rows a change of the intent may alter.
 * @param atOnce how many changes there are in the same transaction.
 */
export function unitsTouchedBy(view: View, change: Change<Tables>, atOnce: number): readonly Unit[] {
  return [...unitsOf(change), ...networksOfReach(view, change, atOnce).map((uuid): Unit => `reach/${uuid}`)];
}

function unitsOf(change: Change<Tables>): readonly Unit[] {
  switch (change.table) {
    case "Network":
      return [`network/${change.uuid}`];
    case "Subnet":
      return existing(change.old?.network, change.new?.network).map((uuid): Unit => `network/${uuid}`);
    case "Endpoint":
      return [`endpoint/${change.uuid}`];
    case "Address":
      return existing(change.old?.endpoint, change.new?.endpoint).map((uuid): Unit => `endpoint/${uuid}`);
    case "Central":
    case "Token":
    case "Host":
    case "Docker_Network":
    case "Docker_Endpoint":
      return [];
  }
}

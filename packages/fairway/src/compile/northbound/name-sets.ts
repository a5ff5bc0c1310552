import { derive } from "../../identity.ts";
import { addressesOfPattern, patternsOf } from "../../intent/egress-names.ts";
import type { IntentRow } from "../../intent/view.ts";
import { familyOf } from "../../ip.ts";
import type { DesiredRow } from "./desired.ts";
import { matchName } from "./rule-match.ts";

const families = [4, 6] as const;
/** `resolved` takes new connections, of `expired` those go on that there are. */
const states = ["resolved", "expired"] as const;

/** The addresses that stand for the names in a group's rules, as sets: one address more or less changes no rule, and hosts take it in by itself. */
export function nameSets(group: IntentRow<"Security_Group">): readonly DesiredRow[] {
  const named = { "fairway-name": group.name };
  return patternsOf(group).flatMap((pattern) =>
    states.flatMap((state) => {
      const all = addressesOfPattern(group[state], pattern);
      return families.map((family): DesiredRow => {
        const uuid = setOf(group._uuid, pattern, state, family);
        const addresses = all.filter((address) => familyOf(address) === family);
        return {
          table: "Address_Set",
          uuid,
          references: [],
          columns: { name: matchName("names", uuid), addresses, external_ids: named },
        };
      });
    }),
  );
}

/** What matches packets to whom a pattern stands for. */
export function nameMatch(group: string, pattern: string): string {
  const isIn = (state: (typeof states)[number]) =>
    families
      .map((family) => `ip${family}.dst == $${matchName("names", setOf(group, pattern, state, family))}`)
      .join(" || ");
  return `(${isIn("resolved")} || (ct.est && !ct.new && (${isIn("expired")})))`;
}

function setOf(group: string, pattern: string, state: (typeof states)[number], family: 4 | 6): string {
  return derive("names", group, pattern, state, String(family));
}

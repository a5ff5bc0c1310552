import { byUuid, type Operation, operationsFor } from "@fairway/ovsdb";
import { isSame } from "../columns.ts";
import type { LogicalSwitchPortRow } from "../compile/northbound/generated/northbound.ts";
import { type PortBindingRow, schema, type Tables } from "./generated/southbound.ts";

const op = operationsFor<Tables>(schema);

/** The part of a port in Northbound, which no host can write, that says what its binding must be. */
export type BoundPort = Pick<LogicalSwitchPortRow, "type" | "options">;

/** The name of a chassis by its UUID. */
export type NameOf = (chassis: string) => string | undefined;

/** What is wrong with a binding: a chassis has the port that must not, or the options are not the port's. */
export type Fault = `chassis ${string}` | "options";

/**
 * Which chassis may have a port bound, by name: one; none (null), where each host has a port of that name; or whichever it is
 * (undefined).
 */
export function ownChassis({ type, options }: BoundPort): string | null | undefined {
  return type === "localport" ? null : options["requested-chassis"];
}

/**
 * Compares a binding with what Northbound says of its port. A host's key may write more of it than chassis, further chassis (which get
 * copies) and options (by which the port's own chassis lets go of it): the rest the port's own chassis puts right, or nobody reads.
 */
export function faultsOf(binding: PortBindingRow, port: BoundPort, nameOf: NameOf): readonly Fault[] {
  const own = ownChassis(port);
  const faults: Fault[] = [];
  if (own !== undefined)
    for (const chassis of chassisOf(binding)) {
      const name = nameOf(chassis) ?? chassis;
      if (name !== own) faults.push(`chassis ${name}`);
    }
  // northd copies them as they are.
  if (!isSame(binding.options, port.options)) faults.push("options");
  return faults;
}

interface Repair {
  readonly binding: PortBindingRow;
  readonly port: BoundPort;
  readonly faults: ReadonlySet<Fault>;
  /** How it was when the port's own chassis had it: it gets it back, and lets go of it where it does not want it any more. */
  readonly before: PortBindingRow | undefined;
  readonly nameOf: NameOf;
}

/** Takes back what is wrong with a binding, unless somebody has changed that since it was read. */
export function repair({ binding, port, faults, before, nameOf }: Repair): readonly Operation[] {
  const isForeign = (chassis: string) => faults.has(`chassis ${nameOf(chassis) ?? chassis}`);
  const { _uuid, chassis, additional_chassis, options } = binding;
  const was = before?.chassis;
  const hadIt = before !== undefined && was != null && nameOf(was) === ownChassis(port);
  const operations: Operation[] = [];
  if (chassis !== null && isForeign(chassis))
    operations.push(
      op.update(
        "Port_Binding",
        [
          ["_uuid", "==", _uuid],
          ["chassis", "==", chassis],
        ],
        hadIt
          ? { chassis: was, encap: before.encap, up: before.up }
          : { chassis: null, encap: null, up: false },
      ),
    );
  const further = additional_chassis.filter(isForeign);
  if (further.length > 0)
    operations.push(
      op.mutate("Port_Binding", byUuid(_uuid), [["additional_chassis", "delete", further]]),
      op.update("Port_Binding", byUuid(_uuid), { additional_encap: [] }),
    );
  if (faults.has("options"))
    operations.push(
      op.update(
        "Port_Binding",
        [
          ["_uuid", "==", _uuid],
          ["options", "==", options],
        ],
        { options: port.options },
      ),
    );
  return operations;
}

function chassisOf({ chassis, additional_chassis }: PortBindingRow): readonly string[] {
  return chassis === null ? additional_chassis : [chassis, ...additional_chassis];
}

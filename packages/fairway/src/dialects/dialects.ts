import type { DriverName } from "../driver-names.ts";
import type { Dialect } from "./dialect.ts";
import { nuage } from "./nuage.ts";
import { opencontrail } from "./opencontrail.ts";
import { ovs } from "./ovs.ts";
import { vlcp } from "./vlcp.ts";

/** In which words networks are made under a name; Fairway's own where it has none. */
export const dialects: Readonly<Partial<Record<DriverName, Dialect>>> = { vlcp, nuage, ovs, opencontrail };

const none: Dialect = { options: [] };

/** @returns one without a word of its own where a name has none. */
export function dialectOf(name: DriverName): Dialect {
  return dialects[name] ?? none;
}

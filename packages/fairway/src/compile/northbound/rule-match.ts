import type { PortRange } from "../../port-ranges.ts";
import type { RuleAction } from "../../rules.ts";

/** What OVN calls what a rule does (ovn-nb(5), ACL `action`); answers to what is allowed pass. */
export const aclActions = {
  allow: "allow-related",
  reject: "reject",
  drop: "drop",
} as const satisfies Record<RuleAction, string>;

/** What a match says of a protocol and the destination's ports; nothing where all are meant. @param protocol a number is one of IP's. */
export function trafficMatch(
  protocol: string | number | undefined,
  ports: readonly PortRange[],
): readonly string[] {
  if (protocol === undefined) return [];
  const own = typeof protocol === "number" ? `ip.proto == ${protocol}` : protocol;
  const port = ports.map(({ first, last }) =>
    first === last ? `${protocol}.dst == ${first}` : `${first} <= ${protocol}.dst <= ${last}`,
  );
  return port.length === 0 ? [own] : [own, `(${port.join(" || ")})`];
}

/** A name that a match can call: letters, digits, `.` and `_` (ovn-nb(5), Port_Group and Address_Set `name`). */
export function matchName(prefix: string, uuid: string): string {
  return `${prefix}_${uuid.replaceAll("-", "_")}`;
}

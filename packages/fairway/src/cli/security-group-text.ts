import type { Endpoint } from "../center/schemas/endpoint.ts";
import type { SecurityGroup } from "../center/schemas/security-group.ts";
import type { Paint } from "./paint.ts";
import { block, type Field, healthCell, list, pairs } from "./text.ts";

/** A security group as commands that change it print it. */
export function groupText(group: SecurityGroup, paint: Paint): string {
  return block(fieldsOf(group), paint);
}

/** The same as it is shown, with who is in it. */
export function groupWithMembersText(
  group: SecurityGroup & { readonly endpoints: readonly Endpoint[] },
  paint: Paint,
): string {
  const members = group.endpoints.map(
    ({ uuid, engine, names, network, host, addresses }): readonly Field[] => [
      ["name", engine?.containerName ?? names[0] ?? uuid],
      ["network", network.name],
      ["host", host ?? ""],
      ["addresses", list(addresses)],
    ],
  );
  return block([...fieldsOf(group).filter(([key]) => key !== "members"), ["members", members]], paint);
}

function fieldsOf(group: SecurityGroup): readonly Field[] {
  const rules = Object.entries(group.rules).map(([rule, action]) => `${rule}: ${action}`);
  return [
    ["name", group.name],
    ["id", group.uuid],
    ["revision", group.revision],
    ["status", healthCell(group.status)],
    ["labels", pairs(group.labels)],
    ["options", pairs(group.options)],
    ["by label", group.joinableByLabel ? "yes" : "no"],
    ["rules", list(rules.sort())],
    ["members", String(group.members)],
  ];
}

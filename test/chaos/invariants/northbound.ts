import type { Host } from "../../../lab/host/host.ts";
import type { Invariant } from "../invariant.ts";

/** Northbound has a switch for every network and a port for every endpoint of the intent, and nothing more of ours. */
export const northboundAgrees: Invariant = {
  name: "Northbound is the intent's",
  async check({ cluster, seen }) {
    const [switches, ports] = await Promise.all([
      unitsOf(cluster.center, "Logical_Switch"),
      unitsOf(cluster.center, "Logical_Switch_Port"),
    ]);
    const networks = seen.networks.map(({ uuid }) => `network/${uuid}`);
    const endpoints = seen.endpoints.map(({ uuid }) => `endpoint/${uuid}`);
    const isOf = (kind: string) => (unit: string) => unit.startsWith(kind);
    return [
      ...differences("Logical_Switch", networks, switches.filter(isOf("network/"))),
      ...differences("Logical_Switch_Port", endpoints, ports.filter(isOf("endpoint/"))),
      ...ports
        .filter(isOf("network/"))
        .filter((unit) => !networks.includes(unit))
        .map((unit) => `a port in Northbound belongs to ${unit}, which is gone`),
    ];
  },
};

function differences(table: string, must: readonly string[], are: readonly string[]): readonly string[] {
  return [
    ...must.filter((unit) => !are.includes(unit)).map((unit) => `${table} of ${unit} is missing`),
    ...are.filter((unit) => !must.includes(unit)).map((unit) => `${table} of ${unit} should be gone`),
  ];
}

async function unitsOf(center: Host, table: string): Promise<readonly string[]> {
  const printed = await center.sh(
    `ovn-nbctl --timeout=10 --format=json --columns=external_ids list ${table}`,
  );
  const { data }: { data: readonly (readonly ["map", readonly (readonly [string, string])[]])[][] } =
    JSON.parse(printed);
  const ids = data.map(([cell]) => new Map(cell?.[1]));
  return ids.flatMap((each) => each.get("fairway") ?? []);
}

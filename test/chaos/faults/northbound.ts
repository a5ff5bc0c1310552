import type { FaultKind } from "../fault.ts";

/** Root tables of OVN's Northbound; the rest goes with them. */
const tables = ["Load_Balancer", "DHCP_Options", "DNS", "Address_Set", "NB_Global"];

/** Somebody empties OVN's Northbound, but for what is somebody else's. */
export const empty: FaultKind = {
  weight: 1,
  plan() {
    const keep = (table: string, name: string) => ({ op: "delete", table, where: [["name", "!=", name]] });
    const transaction = [
      "OVN_Northbound",
      keep("Logical_Switch", "other-switch"),
      keep("Logical_Router", "other-router"),
      keep("Port_Group", "other_group"),
      ...tables.map((table) => ({ op: "delete", table, where: [] })),
    ];
    return {
      kind: "Northbound emptied",
      title: "h1: Northbound emptied",
      // The server has to answer.
      place: "h1/ovnnb",
      stopsPackets: true,
      durationMs: 0,
      async begin(cluster) {
        const words = ["ovsdb-client", "--timeout=10", "transact", "unix:/run/ovn/ovnnb_db.sock"];
        await cluster.center.run([...words, JSON.stringify(transaction)]);
      },
      end: () => Promise.resolve(),
    };
  },
};

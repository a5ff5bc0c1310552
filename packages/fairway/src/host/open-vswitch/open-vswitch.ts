import { OvsdbClient, Replica } from "@fairway/ovsdb";
import { type Logger, sentences } from "../../logger.ts";
import { schema, type Tables } from "./generated/open-vswitch.ts";

/** A copy of what Fairway reads of this host's Open vSwitch (ovs-vswitchd.conf.db(5)). */
export type OpenVSwitchReplica = Replica<Tables>;

export interface OpenVSwitch extends AsyncDisposable {
  readonly client: OvsdbClient;
  readonly replica: OpenVSwitchReplica;
}

/** Connects to this host's Open vSwitch, now and after each restart of its database server. */
export function openOpenVSwitch(socketPath: string, logger: Logger): OpenVSwitch {
  const client = new OvsdbClient({
    remotes: [`unix:${socketPath}`],
    backoff: { minMs: 100, maxMs: 2_000 },
    logger: sentences(logger, schema.name),
  });
  const replica: OpenVSwitchReplica = new Replica<Tables>(client, schema, {
    tables: {
      Open_vSwitch: { columns: ["external_ids", "ovs_version"] },
      Bridge: { columns: ["name", "ports", "datapath_type", "external_ids"] },
      Port: { columns: ["name", "interfaces", "external_ids"] },
      Interface: {
        columns: ["name", "external_ids", "ofport", "error", "mtu", "mtu_request", "options", "type"],
      },
    },
    indexes: { Bridge: { name: ({ name }) => name } },
  });
  return {
    client,
    replica,
    async [Symbol.asyncDispose]() {
      await replica.close();
      await client.close();
    },
  };
}

/** Whether a bridge of this host has its datapath in userspace, past the kernel. */
export function hasUserspaceDatapath(replica: OpenVSwitchReplica): boolean {
  return [...replica.table("Bridge").rows()].some(({ datapath_type }) => datapath_type === "netdev");
}

/** Of Open vSwitch's `external_ids`: the address of this host's tunnels. OVN takes several; others reach it by the first. */
export function tunnelAddressIn(externalIds: Readonly<Record<string, string>>): string | undefined {
  return externalIds["ovn-encap-ip"]?.split(",", 1)[0];
}

/** Where this host's tunnels end: OVN makes one to every other host. */
export function tunnelEnds(replica: OpenVSwitchReplica): readonly string[] {
  return [...replica.table("Interface").rows()].flatMap(({ options }) => options["remote_ip"] ?? []);
}

/** The UDP ports of tunnels (RFC 8926 §3.3, RFC 7348 §5). */
const tunnelPorts: Readonly<Record<string, number>> = { geneve: 6081, vxlan: 4789 };

/** To which UDP port hosts send what their tunnels carry. */
export function tunnelPort(replica: OpenVSwitchReplica): number {
  const [row] = replica.table("Open_vSwitch").rows();
  return tunnelPorts[row?.external_ids["ovn-encap-type"] ?? "geneve"] ?? 6081;
}

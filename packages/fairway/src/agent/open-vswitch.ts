import { OvsdbClient, OvsdbError, Replica } from "@fairway/ovsdb";
import { FairwayError } from "../errors.ts";
import { type Logger, sentences } from "../logger.ts";
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
      Bridge: { columns: ["name", "ports", "datapath_type"] },
      Port: { columns: ["name", "interfaces", "external_ids"] },
      Interface: { columns: ["name", "external_ids", "ofport", "error", "mtu", "mtu_request", "options"] },
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

/** Where this host's tunnels end: OVN makes one to every other host. */
export function tunnelEnds(replica: OpenVSwitchReplica): readonly string[] {
  return [...replica.table("Interface").rows()].flatMap(({ options }) => options["remote_ip"] ?? []);
}

/** What the database's client threw, in Fairway's words. */
export function openVSwitchError(doing: string, error: unknown): unknown {
  if (!(error instanceof OvsdbError)) return error;
  const code = error.retryable || error.code === "canceled" ? "unavailable" : "internal";
  return new FairwayError(code, `Open vSwitch on this host did not ${doing}: ${error.message}`, {
    cause: error,
  });
}

/** A port of somebody else has the name of one of ours: the database refused a second one. */
export function foreignPort(error: OvsdbError): FairwayError {
  const what = error.details ?? error.message;
  const text = `A foreign port of Open vSwitch is in the way (${what}); remove it by ovs-vsctl del-port`;
  return new FairwayError("conflict", text, { cause: error });
}

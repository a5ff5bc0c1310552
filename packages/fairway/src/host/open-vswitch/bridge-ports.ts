import { byUuid, type Operation, type OperationResult, operationsFor } from "@fairway/ovsdb";
import { FairwayError } from "../../errors.ts";
import type { BackoffBounds } from "../../runtime/backoff.ts";
import { commit } from "./commit.ts";
import { schema, type Tables } from "./generated/open-vswitch.ts";
import type { OpenVSwitch } from "./open-vswitch.ts";

const op = operationsFor<Tables>(schema);

/** A port with one interface of the same name. */
export interface NewPort {
  readonly name: string;
  /** The rows' own: who derives them from something makes the port once, however often he asks. */
  readonly uuids: { readonly port: string; readonly iface: string };
  /** `external_ids` of both rows. */
  readonly owner: Readonly<Record<string, string>>;
  /** Columns of the interface's row; its `external_ids` come beside the owner. */
  readonly iface: {
    readonly type?: string;
    readonly mac?: string;
    readonly mtu_request?: number;
    readonly external_ids: Readonly<Record<string, string>>;
  };
}

/** Puts ports into a bridge of Open vSwitch and takes them out of it (ovs-vswitchd.conf.db(5)). */
export class BridgePorts {
  readonly #client: OpenVSwitch["client"];
  readonly #bridge: string;
  readonly #backoff: BackoffBounds | undefined;

  /** @param backoff between tries of a change that the database did not take for now; absent: it is tried once. */
  constructor({ client }: Pick<OpenVSwitch, "client">, bridge: string, backoff?: BackoffBounds) {
    this.#client = client;
    this.#bridge = bridge;
    this.#backoff = backoff;
  }

  /**
   * Puts a port into the bridge; one that is there already is a success.
   * @throws `conflict` where another port has the name; `unavailable` where the bridge is not there, or the database did not answer
   *   before the signal.
   */
  async add({ name, uuids, owner, iface }: NewPort, signal: AbortSignal): Promise<void> {
    const columns = { ...iface, name, external_ids: { ...owner, ...iface.external_ids } };
    const port = { name, interfaces: [uuids.iface], external_ids: owner };
    const results = await this.#commit(`take the port ${name}`, signal, [
      op.insert("Interface", columns, uuids.iface),
      op.insert("Port", port, uuids.port),
      op.mutate("Bridge", [["name", "==", this.#bridge]], [["ports", "insert", [uuids.port]]]),
    ]);
    if (results?.[2]?.count === 0)
      throw new FairwayError("unavailable", `The bridge ${this.#bridge} is not there`);
  }

  /** Takes a port out of its bridge, whichever it is; Open vSwitch removes its rows. One that is gone is a success. */
  async remove({ name, port }: { name: string; port: string }, signal: AbortSignal): Promise<void> {
    await this.#commit(`remove the port ${name}`, signal, [
      op.mutate("Bridge", [["ports", "includes", [port]]], [["ports", "delete", [port]]]),
    ]);
  }

  /** Asks for another MTU of an interface: Open vSwitch would take back what is set beside it. @param mtu bytes. */
  async resize(
    { name, iface }: { name: string; iface: string },
    mtu: number,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#commit(`resize the interface ${name}`, signal, [
      op.update("Interface", byUuid(iface), { mtu_request: mtu }),
    ]);
  }

  #commit(
    doing: string,
    signal: AbortSignal,
    operations: readonly Operation[],
  ): Promise<readonly OperationResult[] | undefined> {
    return commit(this.#client, { doing, operations, signal, backoff: this.#backoff });
  }
}

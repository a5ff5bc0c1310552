import { networkInterfaces, release } from "node:os";
import type { ApiClient } from "../../api/client.ts";
import type { HostFacts, HostTaken } from "../../center/schemas/host.ts";
import { FairwayError } from "../../errors.ts";
import { type OpenVSwitchReplica, tunnelAddressIn } from "../../host/open-vswitch/open-vswitch.ts";
import type { Logger } from "../../logger.ts";
import type { BackoffBounds } from "../../runtime/backoff.ts";
import { guarded } from "../../runtime/guarded.ts";
import { Loop } from "../../runtime/loop.ts";
import { version } from "../../version.ts";
import type { Links } from "../ports/links.ts";

const backoff: BackoffBounds = { firstMs: 500, longestMs: 10_000 };

/** How often this host is looked at without an occasion: a link's MTU changes without a word of Open vSwitch's. */
const periodMs = 30_000;

export interface HostFactsParts {
  readonly api: Pick<ApiClient, "registerHost">;
  readonly hostName: string;
  readonly replica: OpenVSwitchReplica;
  readonly links: Links;
  readonly logger: Logger;
}

/** Tells the center what this host is, at the start and whenever it changes. */
export class HostRegistration implements AsyncDisposable {
  readonly #parts: HostFactsParts;
  readonly #loop: Loop;
  readonly #onOpenVSwitch: (changes: readonly { readonly table: string }[]) => void;
  readonly #versions = new Map<string, string>([
    ["kernel", release()],
    ["fairway", version],
  ]);
  #registered: string | undefined;
  /** Undefined until somebody has looked: then the center keeps what it knows. */
  #taken: readonly HostTaken[] | undefined;
  #overlaps: string | undefined;

  constructor(parts: HostFactsParts) {
    const { logger, replica } = parts;
    this.#parts = parts;
    this.#loop = new Loop({
      name: "register this host",
      work: () => this.#register(),
      periodMs,
      backoff,
      logger,
    });
    this.#onOpenVSwitch = guarded("follow Open vSwitch", logger, (changes) => {
      if (changes.some(({ table }) => table === "Open_vSwitch")) this.#loop.soon();
    });
    replica.on("change", this.#onOpenVSwitch);
    replica.on("synced", this.#loop.soon);
    if (replica.isSynced) this.#loop.soon();
  }

  /** The version of something that others know, such as the engine's. */
  setVersion(name: string, version: string): void {
    if (this.#versions.get(name) === version) return;
    this.#versions.set(name, version);
    this.#loop.soon();
  }

  /** What this host has beside Fairway, and no network should. */
  setTaken(taken: readonly HostTaken[]): void {
    this.#taken = taken;
    this.#loop.soon();
  }

  /** Registers once more: the center has forgotten this host. Resolves when the center has answered, whatever it said. */
  async again(): Promise<void> {
    this.#registered = undefined;
    this.#loop.retryNow();
    await this.#loop.idle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.replica.off("change", this.#onOpenVSwitch);
    this.#parts.replica.off("synced", this.#loop.soon);
    await this.#loop[Symbol.asyncDispose]();
  }

  async #register(): Promise<void> {
    const { api, hostName, logger } = this.#parts;
    const facts = await this.#look();
    const told = JSON.stringify(facts);
    if (told === this.#registered) return;
    const { status } = await api.registerHost({ host: hostName }, facts, { signal: this.#loop.signal });
    this.#registered = told;
    logger.info({ ...facts }, "this host is registered");
    const { subnets: overlaps } = status;
    if (overlaps !== undefined && overlaps !== this.#overlaps)
      logger.warn({ overlaps }, "networks hide something that this host has");
    this.#overlaps = overlaps;
  }

  async #look(): Promise<HostFacts> {
    const [row] = this.#parts.replica.table("Open_vSwitch").rows();
    const systemId = row?.external_ids["system-id"];
    if (row === undefined || systemId === undefined)
      throw new FairwayError(
        "unavailable",
        "Open vSwitch has no external_ids:system-id; ovs-vsctl set open . external_ids:system-id=NAME",
      );
    const tunnelAddress = tunnelAddressIn(row.external_ids);
    const underlayMtu = tunnelAddress === undefined ? undefined : await this.#mtuOf(tunnelAddress);
    const versions = new Map(this.#versions);
    if (row.ovs_version !== null) versions.set("openvswitch", row.ovs_version);
    const datapath = row.external_ids["ovn-bridge-datapath-type"];
    if (datapath !== undefined) versions.set("datapath", datapath);
    return {
      systemId,
      ...(tunnelAddress !== undefined && { tunnelAddress }),
      ...(underlayMtu !== undefined && { underlayMtu }),
      versions: Object.fromEntries(versions),
      ...(this.#taken !== undefined && { taken: [...this.#taken] }),
    };
  }

  /** Of the link or bridge that carries an address, bytes. */
  async #mtuOf(address: string): Promise<number | undefined> {
    const carrier = Object.entries(networkInterfaces()).find(([, addresses]) =>
      addresses?.some((each) => each.address === address),
    );
    return carrier && (await this.#parts.links.find(carrier[0]))?.mtu;
  }
}

import { dirname, join } from "node:path";
import { Links } from "../agent/ports/links.ts";
import { ApiClient } from "../api/client.ts";
import { targetOf } from "../api/connection.ts";
import type { HostItem } from "../center/schemas/host-state.ts";
import type { Status } from "../center/schemas/status.ts";
import type { Config } from "../config/schema.ts";
import { FairwayError } from "../errors.ts";
import { Netlink } from "../host/netlink/netlink.ts";
import { type OpenVSwitch, openOpenVSwitch } from "../host/open-vswitch/open-vswitch.ts";
import { askDaemon } from "../host/unixctl.ts";
import type { Logger } from "../logger.ts";
import { Probe } from "./probe.ts";
import { reach } from "./sockets.ts";

const defaultOvnDirectory = "/run/ovn";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** A machine that is examined, and what several checks look at. */
export class Site implements AsyncDisposable {
  readonly config: Config;
  /** What is wrong with the configuration that was meant; `config` is then the defaults. */
  readonly configurationFaults: readonly string[];
  readonly api: ApiClient;
  readonly links: Links;
  /** Where OVN's daemons have their control sockets. */
  readonly ovnDirectory: string;

  /** Whether Fairway runs on this machine. */
  readonly fairway: Probe<void>;
  readonly status: Probe<Status>;
  readonly hostItems: Probe<readonly HostItem[]>;
  readonly openVSwitch: Probe<OpenVSwitch>;
  /** The version that ovs-vswitchd tells. */
  readonly vswitchd: Probe<string>;
  readonly northbound: Probe<void>;
  readonly southbound: Probe<void>;

  readonly #stack = new AsyncDisposableStack();

  constructor(config: Config, configurationFaults: readonly string[] = []) {
    this.config = config;
    this.configurationFaults = configurationFaults;
    const northbound = this.localNorthbound;
    this.ovnDirectory = northbound === undefined ? defaultOvnDirectory : dirname(northbound);
    this.api = this.#stack.use(new ApiClient(targetOf(config.api)));
    this.links = new Links(this.#stack.use(new Netlink()));
    this.fairway = new Probe("fairway", (signal) => this.#reachFairway(signal));
    this.status = new Probe("the center", async (signal) => {
      if (config.center.enabled) await this.fairway.need();
      return this.api.status({ signal });
    });
    this.hostItems = new Probe("the center", (signal) => this.#readHostItems(signal));
    this.openVSwitch = new Probe("Open vSwitch's database", (signal) => this.#openOpenVSwitch(signal));
    this.vswitchd = new Probe("ovs-vswitchd", () =>
      askDaemon(dirname(config.openvswitch.socket), "ovs-vswitchd", "version"),
    );
    this.northbound = new Probe("OVN's Northbound", (signal) => reach(northbound ?? "", signal));
    this.southbound = new Probe("OVN's Southbound", (signal) => reach(this.southboundSocket, signal));
  }

  /** The socket of OVN's Northbound where its databases are on this machine. */
  get localNorthbound(): string | undefined {
    const { enabled, northbound } = this.config.center;
    return enabled && northbound.startsWith("unix:") ? northbound.slice("unix:".length) : undefined;
  }

  get southboundSocket(): string {
    return join(this.ovnDirectory, "ovnsb_db.sock");
  }

  /** Whether the center runs elsewhere. */
  get isRemote(): boolean {
    return this.config.api.target.startsWith("https:");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async #reachFairway(signal: AbortSignal): Promise<void> {
    const { center, api, docker } = this.config;
    const sockets = center.enabled ? [api.socket, docker.plugin] : [docker.plugin];
    const reached = await Promise.allSettled(sockets.map((socket) => reach(socket, signal)));
    if (reached.some(({ status }) => status === "fulfilled")) return;
    throw new FairwayError("unavailable", "fairway does not run on this machine");
  }

  async #readHostItems(signal: AbortSignal): Promise<readonly HostItem[]> {
    await this.status.need();
    for await (const message of this.api.followHostState({ host: this.config.host.name }, { signal })) {
      if (message.type === "snapshot") return message.items;
    }
    throw new FairwayError("unavailable", "the center did not say what this host must have");
  }

  async #openOpenVSwitch(signal: AbortSignal): Promise<OpenVSwitch> {
    const { socket } = this.config.openvswitch;
    await reach(socket, signal);
    const openVSwitch = this.#stack.use(openOpenVSwitch(socket, silent));
    await openVSwitch.replica.synced(signal);
    return openVSwitch;
  }
}

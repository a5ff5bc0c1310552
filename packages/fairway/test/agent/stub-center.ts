import { EventEmitter, once } from "node:events";
import type { AgentApi } from "../../src/agent/start.ts";
import type { Claim } from "../../src/center/schemas/claim.ts";
import type { EndpointProgress } from "../../src/center/schemas/endpoint.ts";
import type { GatewayReadiness } from "../../src/center/schemas/gateway-readiness.ts";
import type { Host, HostFacts } from "../../src/center/schemas/host.ts";
import type { HostItem, HostStateMessage } from "../../src/center/schemas/host-state.ts";
import type { NameAnswer } from "../../src/center/schemas/name.ts";
import type { Port } from "../../src/center/schemas/port.ts";
import type { TroubleReport } from "../../src/center/schemas/trouble.ts";
import { FairwayError } from "../../src/errors.ts";
import type { Logger } from "../../src/logger.ts";

/** The center as the agent sees it: it keeps what it is told and gives out a state that the test sets. */
export class StubCenter implements AgentApi {
  readonly registered: HostFacts[] = [];
  /** What it says of an endpoint; where it is a promise, it waits. */
  progress: EndpointProgress | Promise<EndpointProgress> = { stage: "intent", detail: "control is at work" };
  readonly #changes = new EventEmitter();
  #items: readonly HostItem[] = [];
  #revision = 1;
  /** Whether the next message says what has changed since the one before. */
  #asChange = false;

  /** Makes these the host's whole state. */
  set(items: readonly HostItem[]): void {
    this.#tell(items, false);
  }

  /** The same, told as what has changed. */
  change(items: readonly HostItem[]): void {
    this.#tell(items, true);
  }

  #tell(items: readonly HostItem[], asChange: boolean): void {
    this.#items = items;
    this.#asChange = asChange;
    this.#revision++;
    this.#changes.emit("change");
  }

  async registerHost({ host: name }: { host: string }, facts: HostFacts): Promise<Host> {
    this.registered.push(facts);
    const { systemId, tunnelAddress = null, underlayMtu = null, versions = {} } = facts;
    const uuid = "00000000-0000-4000-8000-000000000001";
    const state = { state: "up", stateSince: null, lastHeard: null, status: {} } as const;
    const taken = [...(facts.taken ?? [])];
    const said = { uuid, name, systemId, tunnelAddress, underlayMtu, versions, taken };
    return { ...said, ...state, labels: {}, endpoints: 0, revision: "0123456789abcdef" };
  }

  async reportPublications(): Promise<void> {}

  /** How often the host said that it lives. */
  beats = 0;

  async recordHeartbeat(): Promise<void> {
    this.beats++;
  }

  /** What it was told of troubles last. */
  troubles: TroubleReport | undefined;

  async reportTroubles(_host: unknown, report: TroubleReport): Promise<void> {
    this.troubles = report;
  }

  /** What it was told of routers' gateways last. */
  gateways: GatewayReadiness | undefined;

  async reportGatewayReadiness(_host: unknown, readiness: GatewayReadiness): Promise<void> {
    this.gateways = readiness;
  }

  async *followHostState(_host: unknown, options: { signal: AbortSignal }): AsyncGenerator<HostStateMessage> {
    let before: readonly HostItem[] | undefined;
    for (;;) {
      const revision = String(this.#revision);
      const items = [...this.#items];
      if (before !== undefined && this.#asChange)
        yield { type: "change", revision, ...changeOf(before, items) };
      else yield { type: "snapshot", revision, items };
      before = items;
      if (revision === String(this.#revision))
        await once(this.#changes, "change", { signal: options.signal }).catch(() => undefined);
      if (options.signal.aborted) return;
    }
  }

  /** Of every network, one container's: `web`, whose address tells the network. */
  readonly webs = new Map<string, string>();

  async resolveName({ network, name }: { network: string; name: string }): Promise<NameAnswer> {
    const address = name === "web" ? this.webs.get(network) : undefined;
    return address === undefined ? { known: false, addresses: [] } : { known: true, addresses: [address] };
  }

  async listNames() {
    return { called: [], bearers: [] };
  }

  async reverseLookup() {
    return { known: false, names: [] };
  }

  async admitName() {
    return { sequence: null };
  }

  /** Networks that the host asked for, by their engine's ids. */
  readonly asked: string[] = [];

  async requestHostAccess({ networkId }: { networkId: string }): Promise<void> {
    this.asked.push(networkId);
  }

  /** What the host claimed. */
  readonly claims: (Claim & { readonly networkId: string })[] = [];

  async claimDockerNetwork({ networkId }: { networkId: string }, claim: Claim) {
    this.claims.push({ networkId, ...claim });
    return { troubles: [] };
  }

  /** Whether it has a port of that name or UUID. */
  readonly ports = new Map<string, Port>();

  /** Ports that it was asked about. */
  readonly askedPorts: string[] = [];

  async showPort({ reference }: { reference: string }): Promise<Port> {
    this.askedPorts.push(reference);
    const port = this.ports.get(reference);
    if (port === undefined) throw new FairwayError("not_found", `no port "${reference}"`);
    return port;
  }

  async endpointProgress(): Promise<EndpointProgress> {
    return this.progress;
  }
}

/** What makes one list of items into the other. */
function changeOf(before: readonly HostItem[], items: readonly HostItem[]) {
  const keys = new Set(items.map(({ key }) => key));
  return {
    set: items.filter((item) => !before.includes(item)),
    removed: before.flatMap(({ key }) => (keys.has(key) ? [] : key)),
  };
}

const nothing = () => undefined;
export const quiet: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => quiet,
};

import { EventEmitter, once } from "node:events";
import type { AgentApi } from "../../src/agent/start.ts";
import type {
  Asker,
  Claim,
  EndpointProgress,
  Host,
  HostFacts,
  HostItem,
  HostStateMessage,
  NameAnswer,
  TroubleReport,
} from "../../src/api/types.ts";
import type { Logger } from "../../src/logger.ts";

/** The center as the agent sees it: it keeps what it is told and gives out a state that the test sets. */
export class StubCenter implements AgentApi {
  readonly registered: HostFacts[] = [];
  /** What it says of an endpoint; where it is a promise, it waits. */
  progress: EndpointProgress | Promise<EndpointProgress> = { stage: "intent", detail: "control is at work" };
  readonly #changes = new EventEmitter();
  #items: readonly HostItem[] = [];
  #revision = 1;

  /** Makes these the host's whole state. */
  set(items: readonly HostItem[]): void {
    this.#items = items;
    this.#revision++;
    this.#changes.emit("change");
  }

  async registerHost(name: string, facts: HostFacts): Promise<Host> {
    this.registered.push(facts);
    const { systemId, tunnelAddress = null, underlayMtu = null, versions = {} } = facts;
    const uuid = "00000000-0000-4000-8000-000000000001";
    const state = { state: "up", stateSince: null, lastHeard: null } as const;
    return { uuid, name, systemId, tunnelAddress, underlayMtu, versions, ...state, endpoints: 0 };
  }

  /** How often the host said that it lives. */
  beats = 0;

  async beat(): Promise<void> {
    this.beats++;
  }

  /** What it was told of troubles last. */
  troubles: TroubleReport | undefined;

  async tellTroubles(_host: string, report: TroubleReport): Promise<void> {
    this.troubles = report;
  }

  async *followHostState(_host: string, options: { signal: AbortSignal }): AsyncGenerator<HostStateMessage> {
    for (;;) {
      const revision = String(this.#revision);
      yield { type: "snapshot", revision, items: [...this.#items] };
      if (revision === String(this.#revision))
        await once(this.#changes, "change", { signal: options.signal }).catch(() => undefined);
      if (options.signal.aborted) return;
    }
  }

  /** Of every network, one container's: `web`, whose address tells the network. */
  readonly webs = new Map<string, string>();

  async resolveName({ network }: Asker, name: string): Promise<NameAnswer> {
    const address = name === "web" ? this.webs.get(network) : undefined;
    return address === undefined ? { known: false, addresses: [] } : { known: true, addresses: [address] };
  }

  async listNames() {
    return { called: [], bearers: [] };
  }

  async whoHasAddress() {
    return { known: false, names: [] };
  }

  /** Networks that the host asked for, by their engine's ids. */
  readonly asked: string[] = [];

  async askForDockerNetwork(_host: string, id: string): Promise<void> {
    this.asked.push(id);
  }

  /** What the host claimed. */
  readonly claims: (Claim & { readonly networkId: string })[] = [];

  async claimDockerNetwork(_host: string, networkId: string, claim: Claim) {
    this.claims.push({ networkId, ...claim });
    return { troubles: [] };
  }

  async endpointProgress(): Promise<EndpointProgress> {
    return this.progress;
  }
}

const nothing = () => undefined;
export const quiet: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => quiet,
};

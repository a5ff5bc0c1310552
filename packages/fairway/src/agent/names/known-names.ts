import { dirname, join } from "node:path";
import type { ApiClient } from "../../api/client.ts";
import type { NetworkNames } from "../../center/schemas/name.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import { KeptFile } from "../../host/kept-file.ts";
import type { Logger } from "../../logger.ts";
import { Loop } from "../../runtime/loop.ts";
import type { HostState } from "../state/host-state.ts";

/** How often the center is asked without an occasion, and how long after one, ms. */
const periodMs = 300_000;
const occasionMs = 5_000;
/** Between two rounds, whatever happens, ms. */
const defaultPauseMs = 20_000;
/** For each occasion: a container's names come from its engine after the container itself, and change nothing of the host's state. */
const rounds = 2;
const boundMs = 10_000;

export interface KnownNamesParts {
  readonly api: Pick<ApiClient, "listNames">;
  readonly hostName: string;
  readonly state: Pick<HostState, "items" | "isFresh">;
  /** Where names outlive this process; absent: nowhere. */
  readonly file?: string | undefined;
  readonly logger: Logger;
  /** 20 s by default. */
  readonly pauseMs?: number;
  /** 5 s by default. */
  readonly occasionMs?: number;
}

/** Where a host keeps its networks' names: beside its last state. */
export function namesFile(stateFile: string): string {
  return join(dirname(stateFile), "host-names.json");
}

/** Raised when the file's shape changes. */
const format = 1;

interface KeptNames {
  readonly format: number;
  readonly networks: Readonly<Record<string, NetworkNames>>;
}

/**
 * The last known names on the networks that this host has containers on: for the time when the center is away, over a reboot too.
 * While it is there it is asked for each name anew, and these are of no account.
 */
export class KnownNames implements AsyncDisposable {
  readonly #parts: KnownNamesParts;
  readonly #kept: KeptFile<KeptNames> | undefined;
  readonly #networks = new Map<string, NetworkNames>();
  readonly #loop: Loop;
  readonly #remembered: Promise<void>;
  /** Rounds that are still to be made for the last occasion. */
  #rounds = 0;
  /** Before it the center is not asked again, on the monotonic clock. */
  #restsUntilMs = 0;

  constructor(parts: KnownNamesParts) {
    const { file: path, logger } = parts;
    this.#parts = parts;
    this.#kept = path === undefined ? undefined : new KeptFile({ path, accept, logger });
    this.#loop = new Loop({ name: "ask for all names", work: () => this.#round(), periodMs, logger });
    this.#remembered = this.#remember();
  }

  /** The host's state has changed: others may be there by now. */
  readonly look = (): void => {
    this.#rounds = rounds;
    const restMs = this.#restsUntilMs - performance.now();
    this.#loop.after(Math.max(restMs, this.#parts.occasionMs ?? occasionMs));
  };

  /** The addresses of a network's containers that bear a name; undefined where none is known. */
  resolve(network: string, name: string): readonly string[] | undefined {
    const known = this.#networks.get(network);
    if (known === undefined) return undefined;
    const asked = name.toLowerCase();
    const endings = known.called.map((called) => `.${called.toLowerCase()}`);
    const ending = endings.find((each) => asked.endsWith(each)) ?? "";
    const wanted = new Set([asked, asked.slice(0, asked.length - ending.length)]);
    const bearers = known.bearers.filter(({ names }) => names.some((each) => wanted.has(each.toLowerCase())));
    return bearers.length === 0 ? undefined : bearers.flatMap(({ addresses }) => addresses);
  }

  /** The names of a network's container by its address, `container.network` first; undefined where none is known. */
  reverseLookup(network: string, address: string): readonly string[] | undefined {
    const known = this.#networks.get(network);
    const [called = ""] = known?.called ?? [];
    const bearer = known?.bearers.find(({ addresses }) => addresses.includes(address));
    return bearer?.names.slice(0, 1).map((name) => `${name}.${called}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remembered;
    await this.#loop[Symbol.asyncDispose]();
    await this.#kept?.[Symbol.asyncDispose]();
  }

  async #remember(): Promise<void> {
    const kept = await this.#kept?.read();
    for (const [network, names] of Object.entries(kept?.networks ?? {})) this.#networks.set(network, names);
  }

  async #round(): Promise<void> {
    await this.#remembered;
    if (this.#parts.state.isFresh) await this.#askForAll();
    const pauseMs = this.#parts.pauseMs ?? defaultPauseMs;
    this.#restsUntilMs = performance.now() + pauseMs;
    this.#rounds--;
    if (this.#rounds > 0) this.#loop.after(pauseMs);
  }

  async #askForAll(): Promise<void> {
    const { api, hostName, state, logger } = this.#parts;
    const { signal } = this.#loop;
    const before = JSON.stringify([...this.#networks]);
    const networks = new Set<string>();
    for (const item of state.items.values()) if (item.kind === "endpoint") networks.add(item.network);
    for (const network of this.#networks.keys()) if (!networks.has(network)) this.#networks.delete(network);
    for (const network of networks) {
      try {
        this.#networks.set(
          network,
          await api.listNames({ host: hostName, network }, { signal, timeoutMs: boundMs }),
        );
      } catch (error) {
        if (signal.aborted) return;
        logger.debug({ network, error: messageOf(error) }, "a network's names were not told");
        if (error instanceof FairwayError && error.code === "not_found") this.#networks.delete(network);
      }
    }
    if (JSON.stringify([...this.#networks]) !== before)
      this.#kept?.keep(() => ({ format, networks: Object.fromEntries(this.#networks) }));
  }
}

function accept(json: unknown): KeptNames | undefined {
  const kept = json as Partial<KeptNames> | null;
  const isOurs = kept?.format === format && typeof kept.networks === "object" && kept.networks !== null;
  return isOurs ? (kept as KeptNames) : undefined;
}

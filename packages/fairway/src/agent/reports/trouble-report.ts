import { dirname, join } from "node:path";
import type { ApiClient } from "../../api/client.ts";
import type { TroubleReport as Report } from "../../center/schemas/trouble.ts";
import { shorten } from "../../free-text.ts";
import { KeptFile } from "../../host/kept-file.ts";
import type { Logger } from "../../logger.ts";
import type { BackoffBounds } from "../../runtime/backoff.ts";
import { Loop } from "../../runtime/loop.ts";
import { type Trouble, Troubles } from "../state/troubles.ts";

/** What comes within it is told at once: one fault of a host is often many networks'. */
const gatherMs = 500;
/** Of all reasons of one network or endpoint together, in UTF-16 units: longer ones the center refuses, and the others' with them. */
const longestTold = 1_024;
/** While the center does not take it. */
const backoff: BackoffBounds = { firstMs: 1_000, longestMs: 60_000 };

export interface TroubleReportParts {
  readonly api: Pick<ApiClient, "reportTroubles">;
  readonly hostName: string;
  /** Where `fairway doctor` reads it; absent: nowhere. */
  readonly file?: string | undefined;
  readonly logger: Logger;
}

/** Tells the center, and `fairway doctor` on this host, what does not work here. */
export class TroubleReport implements AsyncDisposable {
  readonly troubles: Troubles;
  readonly #parts: TroubleReportParts;
  readonly #loop: Loop;
  readonly #kept: KeptFile<readonly Trouble[]> | undefined;
  #told: string | undefined;

  constructor(parts: TroubleReportParts) {
    const { file, logger } = parts;
    this.#parts = parts;
    this.#loop = new Loop({ name: "tell what does not work", work: () => this.#tell(), backoff, logger });
    this.#kept = file === undefined ? undefined : openTroubles(file, logger);
    this.troubles = new Troubles(() => this.#onChange());
    this.#onChange();
  }

  /** The center may have another word than ours: it has been away, or is another one. */
  reportAgain(): void {
    this.#told = undefined;
    this.#loop.after(gatherMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
    await this.#kept?.[Symbol.asyncDispose]();
  }

  #onChange(): void {
    this.#kept?.keep(() => this.troubles.all);
    this.#loop.after(gatherMs);
  }

  async #tell(): Promise<void> {
    const { api, hostName } = this.#parts;
    const report = reportOf(this.troubles.all);
    const text = JSON.stringify(report);
    if (text === this.#told) return;
    await api.reportTroubles({ host: hostName }, report, { signal: this.#loop.signal });
    this.#told = text;
  }
}

/** Where a host keeps what does not work on it: beside its last state. */
export function troublesFile(stateFile: string): string {
  return join(dirname(stateFile), "host-troubles.json");
}

/** The file of what does not work on a host. */
export function openTroubles(path: string, logger: Logger): KeptFile<readonly Trouble[]> {
  const accept = (json: unknown) => (Array.isArray(json) ? (json as Trouble[]) : undefined);
  return new KeptFile({ path, accept, logger });
}

/** One reason for each network, endpoint and physical network, though several parts of the agent may each have one. */
function reportOf(all: readonly Trouble[]): Report {
  const networks = new Map<string, string>();
  const endpoints = new Map<string, string>();
  const physicalNetworks = new Map<string, string>();
  for (const { network, endpoint, physicalNetwork, reason } of all) {
    const [reasons, key] =
      network !== undefined
        ? [networks, network]
        : endpoint !== undefined
          ? [endpoints, endpoint]
          : [physicalNetworks, physicalNetwork];
    const known = reasons.get(key);
    reasons.set(key, shorten(known === undefined ? reason : `${known}; ${reason}`, longestTold));
  }
  return {
    networks: Array.from(networks, ([network, reason]) => ({ network, reason })),
    endpoints: Array.from(endpoints, ([endpoint, reason]) => ({ endpoint, reason })),
    // An older center does not know them.
    ...(physicalNetworks.size > 0 && {
      physicalNetworks: Array.from(physicalNetworks, ([physicalNetwork, reason]) => ({
        physicalNetwork,
        reason,
      })),
    }),
  };
}

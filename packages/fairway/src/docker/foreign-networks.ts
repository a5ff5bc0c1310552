import type { ApiClient } from "../api/client.ts";
import { messageOf, unlessNotFound } from "../errors.ts";
import { bareAddress } from "../ip.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import type { EngineDrivers } from "./driver-names.ts";
import type { Engine } from "./engine.ts";

/** How often it is reported to the center which networks use its addresses. */
const periodMs = 20_000;

export interface ForeignNetworksParts {
  readonly api: Pick<ApiClient, "reportForeignNetworks">;
  readonly engine: Pick<Engine, "allNetworks" | "network">;
  readonly hostName: string;
  readonly drivers: Pick<EngineDrivers, "networks" | "ipams">;
  readonly logger: Logger;
}

type Reported = Parameters<ForeignNetworksParts["api"]["reportForeignNetworks"]>[1]["networks"][number];

/**
 * Reports to the center which networks of other drivers take their addresses from it (`docker network create -d bridge
 * --ipam-driver fairway`). No call of the engine's says so; without it the center could not tell their pools from abandoned ones.
 */
export class ForeignNetworks implements AsyncDisposable {
  readonly #parts: ForeignNetworksParts;
  readonly #loop: Loop;
  /** Networks that the engine could not show when it was asked last. */
  #unknown: ReadonlySet<string> = new Set();

  constructor(parts: ForeignNetworksParts) {
    const { logger } = parts;
    this.#parts = parts;
    this.#loop = new Loop({
      name: "report networks of other drivers",
      work: (signal) => this.#report(signal),
      periodMs,
      logger,
    });
  }

  /** Asks the engine and reports to the center, now. */
  readonly reportSoon = (): void => this.#loop.soon();

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }

  async #report(signal: AbortSignal): Promise<void> {
    const { api, engine, hostName, drivers } = this.#parts;
    const networks: Reported[] = [];
    const unknown = new Set<string>();
    for (const { Id, Driver, ConfigOnly, IPAM } of await engine.allNetworks(signal)) {
      const isForeign = drivers.ipams.includes(IPAM.Driver) && !drivers.networks.includes(Driver);
      if (!isForeign || ConfigOnly) continue;
      const subnets = IPAM.Config.map(({ Subnet }) => Subnet).filter((subnet) => subnet !== "");
      const addresses = await this.#addressesOf(Id, signal);
      if (addresses === undefined) unknown.add(Id);
      networks.push({ engineId: Id, subnets, ...(addresses !== undefined && { addresses }) });
    }
    this.#unknown = unknown;
    await api.reportForeignNetworks({ host: hostName }, { networks }, { signal });
  }

  /** Undefined where the engine cannot show the network: that keeps nothing from the others. */
  async #addressesOf(id: string, signal: AbortSignal): Promise<string[] | undefined> {
    const { engine, logger } = this.#parts;
    const network = await unlessNotFound(engine.network(id, signal)).catch((error: unknown) => {
      if (signal.aborted) throw error;
      const isNews = !this.#unknown.has(id);
      logger[isNews ? "warn" : "debug"](
        { network: id, error: messageOf(error) },
        "the engine cannot show a network of another driver; its containers' addresses stay as they are known",
      );
      return null;
    });
    if (network === null) return undefined;
    return Object.values(network?.Containers ?? {})
      .flatMap(({ IPv4Address, IPv6Address }) => [IPv4Address, IPv6Address])
      .filter((address) => address !== "")
      .map(bareAddress);
  }
}

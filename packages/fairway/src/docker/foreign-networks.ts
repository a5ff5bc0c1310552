import type { ApiClient } from "../api/client.ts";
import { unlessNotFound } from "../errors.ts";
import { bareAddress } from "../ip.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import type { Engine } from "./engine.ts";

/** How often it is reported to the center which networks use its addresses. */
const periodMs = 20_000;

export interface ForeignNetworksParts {
  readonly api: Pick<ApiClient, "reportForeignNetworks">;
  readonly engine: Pick<Engine, "allNetworks" | "network">;
  readonly hostName: string;
  /** The name under which the engine knows this plugin, also as IPAM driver. */
  readonly driver: string;
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
    const { api, engine, hostName, driver } = this.#parts;
    const networks: Reported[] = [];
    for (const { Id, Driver, ConfigOnly, IPAM } of await engine.allNetworks(signal)) {
      if (IPAM.Driver !== driver || Driver === driver || ConfigOnly) continue;
      const subnets = IPAM.Config.map(({ Subnet }) => Subnet).filter((subnet) => subnet !== "");
      networks.push({ engineId: Id, subnets, addresses: await this.#addressesOf(Id, signal) });
    }
    await api.reportForeignNetworks({ host: hostName }, { networks }, { signal });
  }

  async #addressesOf(id: string, signal: AbortSignal): Promise<string[]> {
    const network = await unlessNotFound(this.#parts.engine.network(id, signal));
    return Object.values(network?.Containers ?? {})
      .flatMap(({ IPv4Address, IPv6Address }) => [IPv4Address, IPv6Address])
      .filter((address) => address !== "")
      .map(bareAddress);
  }
}

import { Agent, request } from "undici";
import { z } from "zod";
import { FairwayError, messageOf } from "../errors.ts";

/** What is read of the engine's answers (Docker Engine API 1.41 to 1.51); everything else is left alone. */
const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((map) => map ?? {});
const names = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

/** How its addresses are given, as it was asked for. */
const ipam = z.object({
  Driver: z.string().default(""),
  Options: labels,
  Config: z
    .array(
      z.object({
        Subnet: z.string().default(""),
        IPRange: z.string().default(""),
        Gateway: z.string().default(""),
      }),
    )
    .nullish()
    .transform((list) => list ?? []),
});

const network = z.object({
  Id: z.string(),
  Name: z.string(),
  Labels: labels,
  Options: labels,
  Attachable: z.boolean().default(false),
  IPAM: ipam.prefault({}),
  /** Its endpoints on this engine, also half-made ones (`ep-…`). Only in the answer about one network. */
  Containers: z
    .record(
      z.string(),
      z.object({
        EndpointID: z.string(),
        /** With prefix lengths; empty where it has none. */
        IPv4Address: z.string().optional(),
        IPv6Address: z.string().optional(),
      }),
    )
    .nullish()
    .transform((map) => map ?? {}),
});
export type EngineNetwork = z.infer<typeof network>;

const listedNetwork = z.object({
  Id: z.string(),
  Name: z.string(),
  Driver: z.string(),
  Options: labels,
  ConfigOnly: z.boolean().default(false),
  IPAM: ipam,
});
export type ListedNetwork = z.infer<typeof listedNetwork>;

const container = z.object({
  Id: z.string(),
  Name: z.string(),
  Config: z.object({ Labels: labels }),
  NetworkSettings: z.object({
    Networks: z.record(
      z.string(),
      z.object({ NetworkID: z.string(), EndpointID: z.string(), Aliases: names, DNSNames: names }),
    ),
  }),
});
export type EngineContainer = z.infer<typeof container>;

const listedContainer = z.object({
  Id: z.string(),
  /** With a slash before each. */
  Names: names,
  State: z.string(),
  HostConfig: z.object({ NetworkMode: z.string().default("") }).prefault({}),
  NetworkSettings: z.object({
    Networks: z.record(
      z.string(),
      z.object({
        NetworkID: z.string(),
        EndpointID: z.string(),
        /** Empty where it has none, as the next two. */
        IPAddress: z.string().optional(),
        GlobalIPv6Address: z.string().optional(),
        MacAddress: z.string().optional(),
        DriverOpts: labels.optional(),
      }),
    ),
  }),
});
export type ListedContainer = z.infer<typeof listedContainer>;

/** What a network is made of (`NetworkCreate`). Fields that an engine is too old for are ignored by it. */
export interface NetworkToCreate {
  readonly Name: string;
  readonly Driver: string;
  readonly Internal: boolean;
  readonly Attachable: boolean;
  /** From Docker 28 on a network may do without. */
  readonly EnableIPv4: boolean;
  readonly EnableIPv6: boolean;
  readonly Options: Readonly<Record<string, string>>;
  readonly Labels: Readonly<Record<string, string>>;
  readonly IPAM: {
    readonly Driver: string;
    readonly Options: Readonly<Record<string, string>>;
    readonly Config: readonly {
      readonly Subnet: string;
      readonly IPRange?: string;
      readonly Gateway?: string;
    }[];
  };
}

const event = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: labels }),
});
export type EngineEvent = z.infer<typeof event>;

/** The engine answers a question in far less; at its boot it hangs for as long as plugins make it wait. */
const boundMs = 10_000;

/** A network is made and removed by several calls of the engine's to us, of which each may take its time. */
const changeBoundMs = 90_000;

/**
 * The engine's API over its unix socket. It must never be asked inside a call from the engine: it holds its locks then. Methods throw
 * `not_found` for what it does not know, `conflict` for what is in the way and `unavailable` for everything that may pass.
 */
export class Engine implements AsyncDisposable {
  readonly #socketPath: string;
  readonly #dispatcher: Agent;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    this.#dispatcher = new Agent({ connect: { socketPath } });
  }

  async version(signal: AbortSignal): Promise<string> {
    return z.object({ Version: z.string() }).parse(await this.#get("/version", signal)).Version;
  }

  async networks(driver: string, signal: AbortSignal): Promise<EngineNetwork[]> {
    const filters = encodeURIComponent(JSON.stringify({ driver: [driver] }));
    return z.array(network).parse(await this.#get(`/networks?filters=${filters}`, signal));
  }

  /** All networks, whoever drives them. */
  async allNetworks(signal: AbortSignal): Promise<ListedNetwork[]> {
    return z.array(listedNetwork).parse(await this.#get("/networks", signal));
  }

  /** Of all networks, whoever drives them. */
  async networkIds(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const networks = z.array(z.object({ Id: z.string() })).parse(await this.#get("/networks", signal));
    return new Set(networks.map(({ Id }) => Id));
  }

  async network(id: string, signal: AbortSignal): Promise<EngineNetwork> {
    return network.parse(await this.#get(`/networks/${encodeURIComponent(id)}`, signal));
  }

  /** Throws `conflict` where the engine has a network of that name. */
  async createNetwork(network: NetworkToCreate, signal: AbortSignal): Promise<string> {
    // Docker 20.10 makes a second network of one name otherwise.
    const body = JSON.stringify({ ...network, CheckDuplicate: true });
    const answer = await this.#open("/networks/create", { ...changing(signal), method: "POST", body });
    return z.object({ Id: z.string() }).parse(await answer.json()).Id;
  }

  /** Throws `conflict` where containers run on it. Docker itself does not mind stopped ones. */
  async removeNetwork(id: string, signal: AbortSignal): Promise<void> {
    const answer = await this.#open(`/networks/${encodeURIComponent(id)}`, {
      ...changing(signal),
      method: "DELETE",
    });
    await answer.dump();
  }

  async containers(signal: AbortSignal): Promise<ListedContainer[]> {
    return z.array(listedContainer).parse(await this.#get("/containers/json?all=1", signal));
  }

  async container(id: string, signal: AbortSignal): Promise<EngineContainer> {
    return container.parse(await this.#get(`/containers/${encodeURIComponent(id)}/json`, signal));
  }

  /** Opens the stream of events of networks and containers; it ends when the engine goes, and throws when `signal` ends it. */
  async events(signal: AbortSignal): Promise<AsyncIterable<EngineEvent>> {
    const filters = { type: ["network", "container"], event: ["create", "destroy", "connect", "rename"] };
    const path = `/events?filters=${encodeURIComponent(JSON.stringify(filters))}`;
    return linesOf(await this.#open(path, { signal, headersTimeout: boundMs, bodyTimeout: 0 }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #get(path: string, signal: AbortSignal): Promise<unknown> {
    const bounds = { signal, headersTimeout: boundMs, bodyTimeout: boundMs };
    return (await this.#open(path, bounds)).json();
  }

  async #open(path: string, options: Question) {
    const dispatcher = this.#dispatcher;
    const headers = options.body === undefined ? {} : { "content-type": "application/json" };
    const answer = await request(`http://docker${path}`, { dispatcher, headers, ...options }).catch(
      (error: unknown) => {
        if (options.signal.aborted) throw error;
        throw new FairwayError(
          "unavailable",
          `The engine at ${this.#socketPath} does not answer: ${messageOf(error)}`,
          {
            cause: error,
          },
        );
      },
    );
    if (answer.statusCode >= 200 && answer.statusCode < 300) return answer.body;
    const text = saidBy(await answer.body.text());
    throw new FairwayError(
      codeOf(answer.statusCode),
      `The engine answered ${path} with ${answer.statusCode}: ${text}`,
    );
  }
}

interface Question {
  readonly method?: "POST" | "DELETE";
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
}

function changing(signal: AbortSignal): Question {
  return { signal, headersTimeout: changeBoundMs, bodyTimeout: boundMs };
}

function codeOf(status: number): "not_found" | "conflict" | "unavailable" {
  if (status === 404) return "not_found";
  // Docker 20.10 says 403 for a network that is in use, and of a name that is taken all say 409.
  return status === 403 || status === 409 ? "conflict" : "unavailable";
}

/** The engine's words: it wraps them into JSON. */
function saidBy(text: string): string {
  try {
    return z.object({ message: z.string() }).parse(JSON.parse(text)).message.trim();
  } catch {
    return text.trim();
  }
}

async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<EngineEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield event.parse(JSON.parse(line));
  }
}

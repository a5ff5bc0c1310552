import { z } from "zod";
import { FairwayError, messageOf } from "../errors.ts";
import { HttpClient, type HttpRequest } from "../runtime/http-client.ts";
import {
  container,
  type EngineContainer,
  type EngineEvent,
  type EngineImage,
  type EngineNetwork,
  event,
  image,
  type ListedContainer,
  type ListedNetwork,
  listedContainer,
  listedNetwork,
  network,
  readObject,
  readObjects,
} from "./engine-objects.ts";

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

/** The engine answers a question in far less; at its boot it hangs for as long as plugins make it wait. */
const boundMs = 10_000;

/** 304: a container that is to be started runs. */
const alreadySo = 304;

/** A network is made and removed, and a container started, by several calls of the engine's to us, of which each may take its time. */
const changeBoundMs = 90_000;

/**
 * The engine's API over its unix socket. It must never be asked inside a call from the engine: it holds its locks then. Methods throw
 * `not_found` for what it does not know, `conflict` for what is in the way, `internal` for what it cannot do or say of one object, and
 * `unavailable` where it does not answer.
 */
export class Engine implements AsyncDisposable {
  readonly #socketPath: string;
  readonly #http: HttpClient;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    this.#http = new HttpClient({ socketPath });
  }

  async version(signal: AbortSignal): Promise<string> {
    const version = z.object({ Version: z.string() });
    return readObject(version, "/version", await this.#get("/version", signal)).Version;
  }

  /** Those of these drivers. */
  async networks(drivers: readonly string[], signal: AbortSignal): Promise<EngineNetwork[]> {
    const filters = encodeURIComponent(JSON.stringify({ driver: drivers }));
    return readObjects(network, "/networks", await this.#get(`/networks?filters=${filters}`, signal));
  }

  /** All networks, whoever drives them. */
  async allNetworks(signal: AbortSignal): Promise<ListedNetwork[]> {
    return readObjects(listedNetwork, "/networks", await this.#get("/networks", signal));
  }

  /** Of all networks, whoever drives them. */
  async networkIds(signal: AbortSignal): Promise<ReadonlySet<string>> {
    return new Set((await this.allNetworks(signal)).map(({ Id }) => Id));
  }

  async network(id: string, signal: AbortSignal): Promise<EngineNetwork> {
    const path = `/networks/${encodeURIComponent(id)}`;
    return readObject(network, path, await this.#get(path, signal));
  }

  /** Throws `conflict` where the engine has a network of that name. */
  async createNetwork(network: NetworkToCreate, signal: AbortSignal): Promise<string> {
    // Docker 20.10 makes a second network of one name otherwise.
    const body = { ...network, CheckDuplicate: true };
    const path = "/networks/create";
    const made = jsonOf(path, await this.#change("POST", path, signal, body));
    return readObject(z.object({ Id: z.string() }), path, made).Id;
  }

  /** Throws `conflict` where containers run on it. Docker itself does not mind stopped ones. */
  async removeNetwork(id: string, signal: AbortSignal): Promise<void> {
    await this.#change("DELETE", `/networks/${encodeURIComponent(id)}`, signal);
  }

  async containers(signal: AbortSignal): Promise<ListedContainer[]> {
    return readObjects(
      listedContainer,
      "/containers/json",
      await this.#get("/containers/json?all=1", signal),
    );
  }

  async container(id: string, signal: AbortSignal): Promise<EngineContainer> {
    const path = `/containers/${encodeURIComponent(id)}/json`;
    return readObject(container, path, await this.#get(path, signal));
  }

  /** @param id of the image, or a name. */
  async image(id: string, signal: AbortSignal): Promise<EngineImage> {
    const path = `/images/${encodeURIComponent(id)}/json`;
    return readObject(image, path, await this.#get(path, signal));
  }

  /** Succeeds also where it runs. Throws `internal` or `not_found` where it does not start. */
  async startContainer(id: string, signal: AbortSignal): Promise<void> {
    await this.#change("POST", `/containers/${encodeURIComponent(id)}/start`, signal);
  }

  /** Opens the stream of events of networks and containers; it ends when the engine goes, and throws when `signal` ends it. */
  async events(signal: AbortSignal): Promise<AsyncIterable<EngineEvent>> {
    const filters = { type: ["network", "container"], event: ["create", "destroy", "connect", "rename"] };
    const path = `/events?filters=${encodeURIComponent(JSON.stringify(filters))}`;
    const { status, body } = await this.#answering(signal, () =>
      this.#http.open({ method: "GET", path, signal }, { beginMs: boundMs }),
    );
    if (status !== 200) throw errorOfAnswer(path, status, await body.text());
    return linesOf(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]();
  }

  async #get(path: string, signal: AbortSignal): Promise<unknown> {
    return jsonOf(path, await this.#ask({ method: "GET", path, signal }, boundMs));
  }

  /** @returns the answer's text. */
  #change(method: "POST" | "DELETE", path: string, signal: AbortSignal, body?: unknown): Promise<string> {
    return this.#ask({ method, path, body, signal }, changeBoundMs);
  }

  async #ask(request: HttpRequest & { readonly signal: AbortSignal }, longestMs: number): Promise<string> {
    const answer = await this.#answering(request.signal, () => this.#http.ask(request, longestMs));
    const { status, body } = answer;
    if ((status >= 200 && status < 300) || status === alreadySo) return body;
    throw errorOfAnswer(request.path, status, body);
  }

  /** @throws the signal's reason, or `unavailable` where the engine does not answer. */
  async #answering<Answer>(signal: AbortSignal, work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (cause) {
      if (signal.aborted) throw cause;
      const problem = `The engine at ${this.#socketPath} does not answer: ${messageOf(cause)}`;
      throw new FairwayError("unavailable", problem, { cause });
    }
  }
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const problem = `The engine's answer to ${path} broke off: ${messageOf(cause)}`;
    throw new FairwayError("unavailable", problem, { cause });
  }
}

function errorOfAnswer(path: string, status: number, body: string): FairwayError {
  return new FairwayError(codeOf(status), `The engine answered ${path} with ${status}: ${saidBy(body)}`);
}

function codeOf(status: number): "not_found" | "conflict" | "unavailable" | "internal" {
  if (status === 404) return "not_found";
  // Docker 20.10 says 403 for a network that is in use, and of a name that is taken all say 409.
  if (status === 403 || status === 409) return "conflict";
  return status === 503 ? "unavailable" : "internal";
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
    for (const line of lines) {
      const read = line === "" ? undefined : readEvent(line);
      if (read !== undefined) yield read;
    }
  }
}

/** Undefined for a line that is no event of a network or a container: it says nothing of the next one. */
function readEvent(line: string): EngineEvent | undefined {
  try {
    return event.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { BoundedCalls } from "./bounded-calls.ts";
import { asPluginError, PluginError } from "./errors.ts";
import { encodeAnswer, errorAnswer, parseJson, readBody, sendAnswer } from "./http-exchange.ts";
import { withoutEcho } from "./interface-echo.ts";
import type { Method } from "./method-table.ts";

/** One call, for a log. What never became a request (no HTTP, too slow) has none. */
export interface CallRecord {
  /** As Docker named it, e.g. NetworkDriver.Join; also what is no method at all. */
  readonly method: string;
  /** The context's id. */
  readonly id: string;
  /** The body's JSON; undefined where there was none. */
  readonly request: unknown;
  readonly status: number;
  /** The answer's JSON. */
  readonly response: unknown;
  readonly durationMs: number;
  /** Why the call was refused or failed, or, with status 200, what the driver did wrong. */
  readonly error?: PluginError;
  /** The client hung up before the answer, which nobody saw; the handler ran to its end. */
  readonly clientGone?: true;
}

export interface CallHandlerParts {
  readonly methods: ReadonlyMap<string, Method>;
  readonly calls: BoundedCalls;
  readonly boundMs: (method: string) => number;
  readonly maxBodyBytes: number;
  readonly onCall: ((record: CallRecord) => void) | undefined;
}

/** What a call came to. */
interface Outcome {
  readonly status: number;
  readonly body: string;
  readonly error?: PluginError;
}

/** A call under way: what is known of its request grows as it is read. */
interface Call {
  readonly id: string;
  readonly name: string;
  request?: unknown;
}

/** From a request to its answer; never throws. */
export class CallHandler {
  readonly #parts: CallHandlerParts;

  constructor(parts: CallHandlerParts) {
    this.#parts = parts;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const begunAt = performance.now();
    const call: Call = { id: randomUUID(), name: (request.url ?? "/").slice(1) };
    const outcome = await this.#answer(call, request).catch(refusal);
    const arrived = await sendAnswer(response, outcome.status, outcome.body);
    this.#report({
      method: call.name,
      id: call.id,
      request: call.request,
      status: outcome.status,
      response: JSON.parse(outcome.body),
      durationMs: performance.now() - begunAt,
      ...(outcome.error && { error: outcome.error }),
      ...(!arrived && { clientGone: true }),
    });
  }

  async #answer(call: Call, request: IncomingMessage): Promise<Outcome> {
    // Read whatever comes of it: what is left unread would be taken for the connection's next request.
    const body = await readBody(request, this.#parts.maxBodyBytes);
    const method = this.#parts.methods.get(call.name);
    if (method === undefined) {
      throw new PluginError("unknown_method", `${call.name || "/"} is no method of this plugin`);
    }
    if (request.method !== "POST") {
      throw new PluginError("wrong_http_method", `${call.name} takes POST, not ${request.method}`);
    }
    if (method.takesBody) {
      if (body.trim() === "")
        throw new PluginError("empty_body", `${call.name} came without a body; nothing was done`);
      call.request = parseJson(body);
    }
    return this.#run(call, method);
  }

  async #run({ id, name, request }: Call, method: Method): Promise<Outcome> {
    const { calls, boundMs } = this.#parts;
    const prepared = method.prepare(request);
    const answer = await calls.run(name, boundMs(name), (signal) => prepared.run({ id, signal }));
    if (!prepared.setByDocker || !answer) return { status: 200, body: encodeAnswer(answer) };
    const { answer: kept, echoed } = withoutEcho(answer, prepared.setByDocker);
    const body = encodeAnswer(kept);
    if (echoed.length === 0) return { status: 200, body };
    const message = `${name} answered ${echoed.join(", ")}, which Docker had set; left out, or it would refuse the endpoint`;
    return { status: 200, body, error: new PluginError("echoed_interface", message) };
  }

  #report(record: CallRecord): void {
    try {
      this.#parts.onCall?.(record);
    } catch (error) {
      process.emitWarning(asPluginError(error));
    }
  }
}

function refusal(thrown: unknown): Outcome {
  const error = asPluginError(thrown);
  // Only a driver's own choice can lie outside; 200 would be success.
  const status = error.status >= 400 && error.status <= 599 ? error.status : 500;
  return { status, body: JSON.stringify(errorAnswer(error)), error };
}

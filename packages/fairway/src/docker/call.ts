import { randomBytes } from "node:crypto";
import type { CallContext } from "@fairway/docker-plugin";
import type { CallOptions } from "../api/transport.ts";
import { FairwayError, messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";

/** Docker itself never gives up on an answer: this is the bound of every call, and it is ours. */
export const callBoundMs = 30_000;

/** How long what may pass (the center away, an election) is waited for. The rest of the bound is for the work itself. */
const patienceMs = 25_000;

/** One call of the engine: under which id it is logged, when it must have ended. */
export interface Call {
  /** The same for all calls of one `docker run`, and for what they cause elsewhere. */
  readonly request: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** For a call to the API: the id, the end, and the patience that is left. */
  options(): CallOptions;
}

export interface CallSubject {
  /** Docker's method, for the log. */
  readonly method: string;
  /** Of what this call belongs to; absent where it begins something. */
  readonly request?: string | undefined;
  /** What it is about, for the log. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export function newRequestId(): string {
  return randomBytes(6).toString("hex");
}

/** Runs a handler under one request id. What it throws is logged and becomes one line, which Docker shows to the user. */
export async function serve<Answer>(
  logger: Logger,
  context: CallContext,
  { method, request = newRequestId(), fields = {} }: CallSubject,
  work: (call: Call) => Promise<Answer>,
): Promise<Answer> {
  const begunAt = performance.now();
  const call: Call = {
    request,
    logger: logger.child({ request, method, ...fields }),
    signal: context.signal,
    options: () => ({
      request,
      signal: context.signal,
      waitUntilAvailableMs: Math.max(0, begunAt + patienceMs - performance.now()),
    }),
  };
  try {
    const answer = await work(call);
    call.logger.debug({ ms: Math.round(performance.now() - begunAt) }, `${method} answered`);
    return answer;
  } catch (error) {
    const code = error instanceof FairwayError ? error.code : undefined;
    call.logger.error({ code, error: messageOf(error) }, `${method} failed`);
    throw new Error(oneLine(messageOf(error)), { cause: error });
  }
}

/** For what removes something: the center not knowing it, or an id that it cannot even have given, is success. */
export async function unlessUnknown(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof FairwayError && (error.code === "not_found" || error.code === "invalid")))
      throw error;
  }
}

/** Notes an id that the engine is making something for, until the work ends. */
export async function whileUnderway<Answer>(
  underway: Set<string>,
  id: string,
  work: () => Promise<Answer>,
): Promise<Answer> {
  underway.add(id);
  try {
    return await work();
  } finally {
    underway.delete(id);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, "; ").trim();
}

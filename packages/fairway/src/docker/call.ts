import { randomBytes } from "node:crypto";
import type { CallContext } from "@fairway/docker-plugin";
import type { CallOptions } from "../api/client.ts";
import { FairwayError, messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { EdgeAgent, Stop } from "./edge.ts";

/** Docker itself never gives up on an answer: this is the bound of every call, and it is ours. */
export const callBoundMs = 30_000;

/** Of that bound, ms: so long before it the center is given up, so that the user reads which center does not answer. */
const lastWordMs = 500;

/** How long a center that is away is waited for: an election, a restart. */
interface Patience {
  /** From when it was first missed, ms; at its boot the engine makes one call after the other, and answers nobody meanwhile. */
  readonly longestMs: number;
  /** From the call's beginning, ms: it may be back at any moment. */
  readonly leastMs: number;
}

/** The rest of the bound is for the work itself. */
const patience: Patience = { longestMs: 25_000, leastMs: 2_000 };

/** The engine takes no notice of an error and never asks again: what was missed is the sweep's. */
const releasePatience: Patience = { longestMs: 5_000, leastMs: 0 };

/** One call of the engine: under which id it is logged, when it must have ended. */
export interface Call {
  /** The same for all calls of one `docker run`, and for what they cause elsewhere. */
  readonly request: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** For a call to the API: the id, the end, and the patience that is left. */
  options(): CallOptions;
  /** The same for what the engine gives back. */
  releaseOptions(): CallOptions;
}

export interface CallSubject {
  /** Docker's method, for the log. */
  readonly method: string;
  /** Of what this call belongs to; absent where it begins something. */
  readonly request?: string | undefined;
  /** What it is about, for the log. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** 48 random bits, hexadecimal: enough to tell the calls of one host apart in a log. */
export function newRequestId(): string {
  return randomBytes(6).toString("hex");
}

interface ServeParts {
  readonly logger: Logger;
  readonly agent: Pick<EdgeAgent, "state">;
  readonly stop: Stop;
  /** `callBoundMs` but in tests. */
  readonly boundMs?: number;
}

/** Runs a handler under one request id. What it throws is logged and becomes one line, which Docker shows to the user. */
export async function serve<Answer>(
  { logger, agent, stop, boundMs = callBoundMs }: ServeParts,
  context: CallContext,
  { method, request = newRequestId(), fields = {} }: CallSubject,
  work: (call: Call) => Promise<Answer>,
): Promise<Answer> {
  const begunAt = performance.now();
  const signal = AbortSignal.any([context.signal, stop.late]);
  const endsAtMs = begunAt + boundMs - lastWordMs;
  const common = { request, signal, giveUp: stop.begun, endsAtMs };
  const waitFor = ({ longestMs, leastMs }: Patience) => {
    const missedAtMs = Math.min(begunAt, agent.state.awaySinceMs ?? begunAt);
    const leftMs = Math.max(missedAtMs + longestMs, begunAt + leastMs) - performance.now();
    return { missedAtMs, waitUntilAvailableMs: Math.max(0, leftMs) };
  };
  const call: Call = {
    request,
    logger: logger.child({ request, method, ...fields }),
    signal: context.signal,
    options: () => ({ ...common, ...waitFor(patience) }),
    releaseOptions: () => ({
      ...common,
      ...waitFor(releasePatience),
      timeoutMs: releasePatience.longestMs,
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

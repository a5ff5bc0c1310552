import { ApiError } from "./api-error.ts";
import type { components, operations } from "./generated/openapi.ts";
import { pause, pauseAfter } from "./pause.ts";

/** What stands in the data of an event. */
export type Event = components["schemas"]["Event"];

/** What there are events of. */
export type Noun = NonNullable<
  NonNullable<operations["followEvents"]["parameters"]["query"]>["noun"]
>[number];

/** A change of an object, with the object as it is now. */
export type ChangeEvent = Extract<Event, { noun: Noun }>;

/** Comes first, once: what changes from now on follows. */
export type ReadyEvent = Extract<Event, { type: "ready" }>;

export interface EventsOptions {
  readonly request?: string | undefined;
  /** Ends the events; so does leaving their loop. */
  readonly signal?: AbortSignal | undefined;
  /** Only events of these; of all by default. */
  readonly noun?: readonly Noun[] | undefined;
  /** Begins behind the event with this id; with what changes from now on by default. */
  readonly after?: string | undefined;
  /** Called when the connection was lost, with why, before it is made again. */
  readonly onLost?: ((error: unknown) => void) | undefined;
}

type Follow = (
  query: { readonly noun?: readonly Noun[] | undefined; readonly after?: string | undefined },
  options: Pick<EventsOptions, "request" | "signal">,
) => AsyncIterable<Event>;

const pauses = { firstMs: 100, longestMs: 5_000 };

/**
 * Events one after the other, each once: a connection that is lost is made again behind the last event. Ends with `signal`. Throws `ApiError`: what
 * the first connection meets, what does not pass by itself, and `gone` where events were missed, because the center began anew or the reader
 * was too slow. Then list the objects again, and follow anew.
 */
export async function* resumed(
  follow: Follow,
  { noun, after, onLost, ...options }: EventsOptions,
): AsyncGenerator<ReadyEvent | ChangeEvent, void> {
  let [last, failures, isReady] = [after, 0, false];
  while (options.signal?.aborted !== true) {
    try {
      for await (const event of follow({ noun, after: last }, options)) {
        [last, failures] = [event.id, 0];
        if (event.type === "cut") throw missed(event.reason);
        if (event.type === "heartbeat" || (event.type === "ready" && isReady)) continue;
        if (event.type === "ready") isReady = true;
        yield event;
      }
    } catch (error) {
      if (last === undefined || !(error instanceof ApiError) || !error.retryable) throw error;
      onLost?.(error);
      await pause(pauseAfter(++failures, pauses), [options.signal]).catch(() => undefined);
    }
  }
}

function missed(reason: string): ApiError {
  const title = "What was asked for is not remembered any more";
  return new ApiError({ code: "gone", title, status: 410, detail: reason, retryable: false });
}

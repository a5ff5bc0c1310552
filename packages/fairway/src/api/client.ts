import { Client } from "@fairway/client";
import { fairwayErrorOf } from "./client-error.ts";
import { openTransport, type Target } from "./connection.ts";

export type { CallOptions } from "@fairway/client";

/**
 * The way in to the center's API for the agent, the docker edge and the CLI: `@fairway/client` over this machine's way to its center. Its methods throw
 * `FairwayError` with the code that the center gave, `unavailable` when nobody answers, `timeout` when the answer is late, and the signal's
 * reason when the caller gave up. Whoever follows a stream connects again, with the last revision that it holds.
 */
export type ApiClient = Client;

class CenterClient extends Client {
  constructor(target: Target) {
    super({ transport: openTransport(target), token: target.token, errorFor: fairwayErrorOf });
  }
}

/** Connects with the first call, not before. Throws `invalid` for a target that is neither `unix:` nor `https://`, or lacks its certificates. */
export const ApiClient: new (target: Target) => ApiClient = CenterClient;

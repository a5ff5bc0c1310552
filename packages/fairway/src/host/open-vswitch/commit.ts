import { setTimeout as sleep } from "node:timers/promises";
import { type Operation, type OperationResult, OvsdbError } from "@fairway/ovsdb";
import { FairwayError } from "../../errors.ts";
import { Backoff, type BackoffBounds } from "../../runtime/backoff.ts";
import { schema } from "./generated/open-vswitch.ts";
import type { OpenVSwitch } from "./open-vswitch.ts";

/** A change of this host's Open vSwitch. */
interface Change {
  /** Stands in the error behind "Open vSwitch on this host did not". */
  readonly doing: string;
  readonly operations: readonly Operation[];
  readonly signal: AbortSignal;
  /** Between tries of what the database did not take for now; absent: it is tried once. */
  readonly backoff?: BackoffBounds | undefined;
}

/**
 * Commits a change of this host's Open vSwitch. Rows with UUIDs of our own are inserted once, however often the same is asked.
 * @returns undefined where the same was committed before: the database refuses the UUIDs a second time.
 * @throws `conflict` where another port has a name, `unavailable` where the database takes it later perhaps, `internal` where it never will.
 */
export async function commit(
  client: OpenVSwitch["client"],
  { doing, operations, signal, backoff: bounds }: Change,
): Promise<readonly OperationResult[] | undefined> {
  const backoff = bounds && new Backoff(bounds);
  for (;;) {
    try {
      return await client.transact(schema.name, operations, { signal });
    } catch (error) {
      if (!(error instanceof OvsdbError)) throw error;
      if (error.code === "duplicate uuid") return undefined;
      if (error.code === "constraint violation") throw foreignPort(error);
      const mayPass = error.retryable && backoff !== undefined && !signal.aborted;
      if (!mayPass) throw refusal(doing, error);
      await sleep(backoff.failed(), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Another port has the name: the database refused a second one. */
function foreignPort(error: OvsdbError): FairwayError {
  const what = error.details ?? error.message;
  const text = `A foreign port of Open vSwitch is in the way (${what}); remove it by ovs-vsctl del-port`;
  return new FairwayError("conflict", text, { cause: error });
}

/** What the database's client threw, in Fairway's words. */
function refusal(doing: string, error: OvsdbError): FairwayError {
  const code = error.retryable || error.code === "canceled" ? "unavailable" : "internal";
  return new FairwayError(code, `Open vSwitch on this host did not ${doing}: ${error.message}`, {
    cause: error,
  });
}

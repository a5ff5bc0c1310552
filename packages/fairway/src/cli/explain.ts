import { existsSync } from "node:fs";
import type { Config } from "../config/schema.ts";
import { FairwayError } from "../errors.ts";

/** Where a command asked: the center's name in messages, and whether it is this machine. */
interface Asked {
  readonly target: string;
  /** Reads the configuration. Throws `invalid` where it is faulty. */
  readonly readConfig: () => Promise<Config>;
}

/**
 * Says what a failed question to the center means on this machine, and what to do about it.
 *
 * @returns the error to show: another one where the center's own words do not help on this machine, else the same
 */
export async function explain(error: unknown, { target, readConfig }: Asked): Promise<unknown> {
  const isElsewhere = target.startsWith("https:");
  if (isDenied(error))
    return new FairwayError("forbidden", "only root may do this; try with sudo", { cause: error });
  if (!(error instanceof FairwayError)) return error;
  if (error.code === "forbidden" && isElsewhere)
    return new FairwayError("forbidden", `only the center may do this: run the command there (${target})`, {
      cause: error,
    });
  if (error.code === "timeout" && isElsewhere)
    return new FairwayError("timeout", `${error.message}; run "fairway doctor" here and there`, {
      cause: error,
    });
  // An error without a cause is the center's own answer.
  if (error.code !== "unavailable" || error.cause === undefined) return error;
  if (isElsewhere)
    return new FairwayError(
      "unavailable",
      `the center at ${target} does not answer; run "fairway doctor" here and there`,
      { cause: error },
    );
  return (await isInCluster(readConfig)) ? error : noCluster(error);
}

/**
 * Throws `unavailable` on a machine that no command has made a center or a host yet.
 *
 * @param readConfig gives the configuration; a faulty one is not this function's matter
 */
export async function requireCluster(readConfig: () => Promise<Config>): Promise<void> {
  if (!(await isInCluster(readConfig))) throw noCluster();
}

function noCluster(cause?: unknown): FairwayError {
  const message = "this machine is in no cluster: run `fairway init` or `fairway join …`";
  return new FairwayError("unavailable", message, { cause });
}

/** A host names its center, a center says where it listens, and a single machine without `fairway init` has a database. */
async function isInCluster(readConfig: () => Promise<Config>): Promise<boolean> {
  try {
    const { center, api } = await readConfig();
    const { target, socket } = api;
    return (
      target.startsWith("https:") ||
      center.listen.length > 0 ||
      existsSync(center.database) ||
      existsSync(socket)
    );
  } catch {
    return true;
  }
}

/** Whether a file of the configuration is another user's: a host's key, for one. */
function isDenied(error: unknown): boolean {
  return (
    error instanceof Error && !(error instanceof FairwayError) && "code" in error && error.code === "EACCES"
  );
}

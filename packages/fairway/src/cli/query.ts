import type { Target } from "../api/connection.ts";
import type { Config } from "../config/schema.ts";
import { within } from "../runtime/within.ts";
import { bounds, type Query, type WithCenter } from "./ask.ts";
import { explain } from "./explain.ts";

/** After so long a person is told what is waited for, ms. */
const patienceMs = 1_000;

interface QueryParts {
  readonly findCenter: () => Promise<Target>;
  /** Whether the command line names the socket: then errors speak of nothing else. */
  readonly isNamed: () => boolean;
  readonly readConfig: () => Promise<Config>;
  readonly say: (line: string) => void;
}

/** Asks the center of this machine: over its socket there, with the host's own certificate elsewhere. */
export function queryBy({ findCenter, isNamed, readConfig, say }: QueryParts): Query {
  return async (question, boundMs = bounds.read) => {
    const { ApiClient } = await import("../api/client.ts");
    const center = await findCenter();
    const { target } = center;
    const who = `the center at ${target.replace(/^unix:/, "")}`;
    await using client = new ApiClient(center);
    const patience = setTimeout(() => say(`waiting for ${who}`), patienceMs);
    try {
      return await within(boundMs, who, () => question(client));
    } catch (error) {
      throw isNamed() ? error : await explain(error, { target, readConfig });
    } finally {
      clearTimeout(patience);
    }
  };
}

/** As `queryBy`, for what goes on until it is interrupted: nothing bounds it. */
export function withCenterBy({ findCenter, isNamed, readConfig }: Omit<QueryParts, "say">): WithCenter {
  return async (work) => {
    const { ApiClient } = await import("../api/client.ts");
    const center = await findCenter();
    await using client = new ApiClient(center);
    try {
      return await work(client);
    } catch (error) {
      throw isNamed() ? error : await explain(error, { target: center.target, readConfig });
    }
  };
}

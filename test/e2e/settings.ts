import { parseVariant } from "../../lab/trees/tree.ts";

/** Which engine the tests run on: `VARIANT=debian13 make e2e`. */
export const variant = parseVariant(process.env["VARIANT"] ?? "debian12");

/** Whether the engine is Docker 28 or later. */
export const hasDocker28 = variant === "docker28" || variant === "newest";

/** Why a test of networks without IPv4 is skipped; false where it is not. */
export const needsDocker28 = hasDocker28 ? false : "the engine knows --ipv4=false from Docker 28 on";

/** How often a container is run and removed; `make e2e-long` says 200. */
export const cycles = Number(process.env["CYCLES"] ?? 40);

/** How often Fairway is killed at each failpoint; `make e2e-long` says 20. */
export const rounds = Number(process.env["ROUNDS"] ?? 2);

/** How many containers start at once on each of five hosts; `make e2e-long` says 40. */
export const containersPerHost = Number(process.env["CONTAINERS"] ?? 8);

/** How much later than Docker Fairway starts after a power cut, s; `make e2e-long` says 60, and nobody waits otherwise. */
export const lateSeconds = Number(process.env["LATE"] ?? 0);

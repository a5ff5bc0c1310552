import type { Invariant } from "../invariant.ts";

/** What Node prints when nobody caught an error, and what Fairway logs when a callback threw. */
const unhandled =
  /unhandled|uncaught|a callback failed|ERR_UNHANDLED|^Node\.js v\d|triggerUncaughtException|MaxListenersExceeded/i;

/** No log of a Fairway has an error that nobody handled. Once there it stays a violation. */
export const logsAreCalm: Invariant = {
  name: "no log has an error that nobody handled",
  async check({ cluster }) {
    const found = cluster.hosts.map(async (host) => {
      const lines = await cluster.logs.matching(host, unhandled);
      return lines.map((line) => `${host.name}: ${line.slice(0, 600)}`);
    });
    return (await Promise.all(found)).flat();
  },
};

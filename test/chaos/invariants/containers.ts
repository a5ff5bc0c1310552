import { protectedContainers } from "../cluster.ts";
import type { Invariant } from "../invariant.ts";

/** Every container that should run runs, on its networks; none is there that was removed. */
export const containersRun: Invariant = {
  name: "containers that should run run",
  check({ model, seen }) {
    const problems: string[] = [];
    for (const { name, host, state, networks } of model.containers.values()) {
      const found = seen.containers.find((container) => container.name === name && container.host === host);
      if (state === "unknown") continue;
      const isRunning = found?.status === "running";
      if (isRunning !== (state === "running"))
        problems.push(`${name} on ${host} should be ${state} and is ${found?.status ?? "not there"}`);
      else if (isRunning) {
        const are = found.attachments
          .map(({ network }) => network)
          .sort()
          .join();
        const must = [...networks].sort().join();
        if (are !== must) problems.push(`${name} on ${host} should be on ${must} and is on ${are}`);
      }
    }
    for (const { name, host, status } of seen.containers)
      if (/^w\d/.test(name) && !model.containers.has(name))
        problems.push(`${name} on ${host} was removed and is ${status}`);
    for (const [host, name] of Object.entries(protectedContainers)) {
      const found = seen.containers.find((container) => container.name === name && container.host === host);
      if (found?.status !== "running") problems.push(`${name} on ${host} is ${found?.status ?? "not there"}`);
    }
    return problems;
  },
};

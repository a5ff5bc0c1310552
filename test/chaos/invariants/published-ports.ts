import type { Invariant } from "../invariant.ts";

/** A published port leads to its container, from another machine. */
export const portsAnswer: Invariant = {
  name: "published ports answer",
  async check({ cluster, model, seen }) {
    const asked = [...model.containers.values()].map(async ({ name, host, port, state, first, networks }) => {
      const network = seen.networks.find((network) => network.claimed && network.name === first);
      // On several networks the engine decides by which one it is published.
      const isPlain =
        networks.length === 1 && networks[0] === first && network !== undefined && !network.internal;
      if (port === undefined || state !== "running" || !isPlain) return [];
      const url = `http://${cluster.host(host).address}:${port}/name`;
      const { stdout } = await cluster.lab.outside.run(["curl", "--silent", "--max-time", "5", url], {
        check: false,
      });
      return stdout.trim() === name
        ? []
        : [`${url} should be ${name}'s and answers "${stdout.trim().slice(0, 80)}"`];
    });
    return (await Promise.all(asked)).flat();
  },
};

import { docker } from "../docker.ts";
import type { Operation } from "../step.ts";
import { networkNames, networkWishes } from "./catalogue.ts";

/** `docker network create`, of one that is not there, or is being removed. */
export const create: Operation = {
  weight: 6,
  plan(random, lane, expected) {
    const { host } = lane;
    // Seldom on two engines before either knows: the name is the first one's.
    const isFree = (name: string) =>
      (expected.networks.get(name)?.state ?? "going") === "going" || random.chance(0.03);
    const name = random.pick(networkNames.filter(isFree));
    if (name === undefined) return undefined;
    const flags = random.pick(networkWishes[name] ?? []) ?? [];
    const words = ["network", "create", "--driver", "fairway", "--ipam-driver", "fairway", ...flags, name];
    const isRemade = expected.networks.has(name);
    expected.networks.set(name, { name, origin: host, flags, state: "present" });
    return {
      title: `${host}# docker ${words.join(" ")}`,
      async run(cluster, model) {
        const { ok, said } = await docker(cluster.host(host), words);
        if (!ok && model.networks.has(name)) {
          model.doubtNetwork(name);
          return said;
        }
        const isCertain = ok && !isRemade && !model.networks.has(name);
        model.networks.set(name, { name, origin: host, flags, state: isCertain ? "present" : "unknown" });
        return said;
      },
    };
  },
};

/** `docker network rm` where it was made: it ends when the last container on it has. */
export const remove: Operation = {
  weight: 3,
  plan(random, lane, expected) {
    const { host } = lane;
    const known = [...expected.networks.values()].filter(
      ({ origin, state }) => origin === host && state !== "going",
    );
    const network = random.pick(known);
    if (network === undefined) return undefined;
    const { name } = network;
    network.state = "going";
    return {
      title: `${host}# docker network rm ${name}`,
      async run(cluster, model) {
        const { ok, said } = await docker(cluster.host(host), ["network", "rm", name]);
        const known = model.networks.get(name);
        // Docker refuses while containers of this engine run on it: then nothing has changed.
        if (known !== undefined && !said.includes("has active endpoints"))
          known.state = ok && known.state !== "unknown" ? "going" : "unknown";
        return said;
      },
    };
  },
};

/** `fairway network rm` on the center, wherever it was made. */
export const removeByApi: Operation = {
  weight: 1,
  plan(random, { host }, expected) {
    if (host !== "h1") return undefined;
    const known = [...expected.networks.values()].filter(({ state }) => state !== "going");
    const network = random.pick(known);
    if (network === undefined) return undefined;
    const { name } = network;
    network.state = "going";
    return {
      title: `${host}# fairway network rm ${name}`,
      async run(cluster, model) {
        const words = ["fairway", "network", "rm", name];
        const answer = await cluster.center
          .run(words, { check: false, timeoutMs: 60_000 })
          .catch((error: unknown) => ({ code: 1, stderr: String(error) }));
        model.doubtNetwork(name);
        return answer.code === 0 ? "ok" : `failed: ${answer.stderr.slice(0, 300)}`;
      },
    };
  },
};

/** `docker network rm` of a mirror, which comes again. */
export const removeMirror: Operation = {
  weight: 2,
  plan(random, lane, expected) {
    const { host } = lane;
    const isMirror = ({ origin, state }: { origin: string; state: string }) =>
      origin !== host && state === "present";
    const network = random.pick([...expected.networks.values()].filter(isMirror));
    if (network === undefined) return undefined;
    return {
      title: `${host}# docker network rm ${network.name} (a mirror)`,
      run: async (cluster) => (await docker(cluster.host(host), ["network", "rm", network.name])).said,
    };
  },
};

/** `docker network prune`: takes what was made here and is not used here, and mirrors, which come again. */
export const prune: Operation = {
  weight: 1,
  plan(_random, lane, expected) {
    const { host } = lane;
    for (const network of expected.networks.values()) if (network.origin === host) network.state = "unknown";
    return {
      title: `${host}# docker network prune --force`,
      async run(cluster, model) {
        for (const network of model.networks.values()) if (network.origin === host) network.state = "unknown";
        return (await docker(cluster.host(host), ["network", "prune", "--force"])).said;
      },
    };
  },
};

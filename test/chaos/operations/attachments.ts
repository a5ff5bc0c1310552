import { docker } from "../docker.ts";
import type { Operation } from "../step.ts";

/** `docker network connect`: one more network for a container. */
export const connect: Operation = {
  weight: 3,
  plan(random, lane, expected) {
    const { host } = lane;
    const container = random.pick(expected.containersOf(lane).filter(({ state }) => state === "running"));
    if (container === undefined) return undefined;
    const present = [...expected.networks.values()].filter(({ state }) => state === "present");
    // Docker refuses equal subnets in one container.
    const equal = ["blue", "red"];
    const isFree = ({ name }: { name: string }) =>
      !container.networks.includes(name) &&
      !(equal.includes(name) && container.networks.some((other) => equal.includes(other)));
    const network = random.pick(present.filter(isFree));
    if (network === undefined) return undefined;
    const words = ["network", "connect", network.name, container.name];
    container.networks = [...container.networks, network.name];
    return {
      title: `${host}# docker ${words.join(" ")}`,
      async run(cluster, model) {
        const { ok, said } = await docker(cluster.host(host), words);
        const known = model.containers.get(container.name);
        if (ok && known !== undefined) known.networks = [...known.networks, network.name];
        if (!ok) {
          // Docker forgets half of it, and goes on with the other half at the container's next start.
          await docker(cluster.host(host), ["rm", "--force", container.name]);
          model.doubt(container.name);
        }
        return said;
      },
    };
  },
};

/** `docker network disconnect`, of any of its networks. */
export const disconnect: Operation = {
  weight: 2,
  plan(random, lane, expected) {
    const { host } = lane;
    const several = expected.containersOf(lane).filter(({ networks }) => networks.length > 1);
    const container = random.pick(several);
    const network = random.pick(container?.networks ?? []);
    if (container === undefined || network === undefined) return undefined;
    const without = (networks: readonly string[]) => networks.filter((name) => name !== network);
    container.networks = without(container.networks);
    return {
      title: `${host}# docker network disconnect ${network} ${container.name}`,
      async run(cluster, model) {
        const words = ["network", "disconnect", network, container.name];
        const { ok, said } = await docker(cluster.host(host), words);
        const known = model.containers.get(container.name);
        if (!ok) model.doubt(container.name);
        else if (known !== undefined) known.networks = without(known.networks);
        return said;
      },
    };
  },
};

import { docker } from "../docker.ts";
import type { Container } from "../model.ts";
import type { Operation } from "../step.ts";

type State = Container["state"];

/** What Docker does with a container that is there. @param from in which states it makes sense. */
function change(
  weight: number,
  words: readonly string[],
  from: readonly State[],
  to: State | "gone",
): Operation {
  return {
    weight,
    plan(random, lane, expected) {
      const { host } = lane;
      const known = expected.containersOf(lane).filter(({ state }) => from.includes(state));
      const container = random.pick(known);
      if (container === undefined) return undefined;
      const { name } = container;
      if (to === "gone") expected.containers.delete(name);
      else container.state = to;
      return {
        title: `${host}# docker ${[...words, name].join(" ")}`,
        async run(cluster, model) {
          const { ok, said } = await docker(cluster.host(host), [...words, name]);
          const known = model.containers.get(name);
          if (!ok) model.doubt(name);
          else if (to === "gone") model.containers.delete(name);
          // The network that it was made on went while it was stopped: it starts on the one that has the name by now, if any.
          else if (to === "running" && known?.networks.includes(known.first) === false) model.doubt(name);
          else if (known !== undefined) known.state = to;
          return said;
        },
      };
    },
  };
}

export const changes: readonly Operation[] = [
  change(6, ["rm", "--force"], ["running", "stopped", "unknown"], "gone"),
  change(3, ["restart", "--time", "1"], ["running"], "running"),
  change(3, ["stop", "--time", "1"], ["running"], "stopped"),
  change(4, ["start"], ["stopped"], "running"),
  change(2, ["kill"], ["running"], "stopped"),
];

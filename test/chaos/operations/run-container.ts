import { busyboxImage } from "../../../lab/host/host.ts";
import { nameServer } from "../../e2e/ask.ts";
import { docker } from "../docker.ts";
import type { Container, Model } from "../model.ts";
import type { Random } from "../random.ts";
import type { Lane, Operation } from "../step.ts";
import { portOf } from "./catalogue.ts";

/** Serves its own name at port 80. */
const program = "mkdir -p /www; hostname >/www/name; exec httpd -f -h /www";

/** `docker run`, with a fixed address, a published port and a restart policy now and then. */
export const runContainer: Operation = {
  weight: 10,
  plan(random, lane, expected) {
    const { host } = lane;
    const container = choose(random, lane, expected);
    if (container === undefined) return undefined;
    expected.containers.set(container.name, container);
    const words = wordsOf(container);
    return {
      title: `${host}# docker ${words.join(" ")}`,
      async run(cluster, model) {
        const { ok, said } = await docker(cluster.host(host), commandOf(container));
        model.containers.set(container.name, { ...container, state: ok ? "running" : "unknown" });
        return said;
      },
    };
  },
};

/** `docker run` whose client dies meanwhile; the engine may go on or not. */
export const abortRun: Operation = {
  weight: 2,
  plan(random, lane, expected) {
    const { host } = lane;
    const container = choose(random, lane, expected);
    if (container === undefined) return undefined;
    const afterMs = random.between(100, 2_500);
    expected.containers.set(container.name, { ...container, state: "unknown" });
    return {
      title: `${host}# docker ${wordsOf(container).join(" ")} (killed after ${afterMs} ms)`,
      async run(cluster, model) {
        const { said } = await docker(cluster.host(host), commandOf(container), afterMs);
        model.containers.set(container.name, { ...container, state: "unknown" });
        return said;
      },
    };
  },
};

function choose(random: Random, lane: Lane, expected: Model): Container | undefined {
  const { host } = lane;
  const isFree = (name: string) =>
    !expected.containers.has(name) && (expected.homes.get(name) ?? host) === host;
  const name = random.pick(lane.containers.filter(isFree));
  const network = random.pick([...expected.networks.values()].filter(({ state }) => state === "present"));
  if (name === undefined || network === undefined) return undefined;
  expected.homes.set(name, host);
  const subnet = network.flags[network.flags.indexOf("--subnet") + 1];
  const isFixed = random.chance(0.3) && subnet !== undefined && network.flags.includes("--subnet");
  return {
    name,
    host,
    networks: [network.name],
    first: network.name,
    address: isFixed ? subnet.replace("0/24", String(random.between(200, 207))) : undefined,
    port: random.chance(0.4) && !network.flags.includes("--internal") ? portOf(name) : undefined,
    restarts: random.chance(0.5),
    state: "running",
  };
}

function wordsOf({ name, networks, address, port, restarts }: Container): readonly string[] {
  return [
    "run",
    "--detach",
    "--name",
    name,
    "--network",
    ...networks,
    ...(address === undefined ? [] : ["--ip", address]),
    ...(port === undefined ? [] : ["--publish", `${port}:80`]),
    // Docker 26 does not start "unless-stopped" again after its own death: it has stopped them itself.
    ...(restarts ? ["--restart", "always"] : []),
  ];
}

function commandOf(container: Container): readonly string[] {
  const settings = ["--hostname", container.name, "--dns", nameServer, "--stop-timeout", "1"];
  return [...wordsOf(container), ...settings, busyboxImage, "sh", "-c", program];
}

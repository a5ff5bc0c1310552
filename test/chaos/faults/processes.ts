import type { Cluster } from "../cluster.ts";
import type { FaultKind } from "../fault.ts";
import type { Model } from "../model.ts";
import {
  centerProcesses,
  hostProcesses,
  type ProcessName,
  packetProcesses,
  processOf,
} from "../processes.ts";
import type { Random } from "../random.ts";

/** dockerd that starts asks for every network and endpoint that it had. */
const startBoundMs = 180_000;

const hosts = ["h1", "h2", "h3"] as const;

function choose(random: Random): { readonly host: string; readonly name: ProcessName } {
  const everywhere = hosts.flatMap((host) => hostProcesses.map((name) => ({ host, name })));
  const central = centerProcesses.map((name) => ({ host: "h1", name }));
  return (
    random.pick<{ host: string; name: ProcessName }>([...everywhere, ...central]) ?? {
      host: "h1",
      name: "fairway",
    }
  );
}

/** SIGKILL; a service manager starts it again some seconds later. */
export const kill: FaultKind = {
  weight: 8,
  plan(random) {
    const { host, name } = choose(random);
    return {
      kind: `kill ${name}`,
      title: `${host}: kill -9 ${name}`,
      place: `${host}/${name}`,
      stopsPackets: packetProcesses.includes(name),
      durationMs: random.between(0, 8_000),
      async begin(cluster, model) {
        await processOf(cluster.host(host), name).kill();
        if (name === "dockerd") engineDied(cluster, model, host);
        // Flows that somebody wrote by hand end with it.
        if (name === "ovs-vswitchd" && host === cluster.center.name) cluster.foreign.forget(["Open vSwitch"]);
      },
      async end(cluster, model) {
        // Fairway starts it by itself.
        if (name === "intent") return;
        const machine = cluster.host(host);
        await processOf(machine, name).start({ timeoutMs: startBoundMs });
        cluster.roster.note(machine, [name]);
        // What was under way when it died may have said "ok" since.
        if (name === "dockerd") engineDied(cluster, model, host);
      },
    };
  },
};

/** SIGTERM, as `systemctl restart` and an upgrade do it. */
export const restart: FaultKind = {
  weight: 1.5,
  plan(random) {
    const host = random.pick(hosts) ?? "h1";
    const name = random.pick(["fairway", "fairway", "dockerd"] as const) ?? "fairway";
    return {
      kind: `restart ${name}`,
      title: `${host}: restart ${name}`,
      place: `${host}/${name}`,
      stopsPackets: false,
      durationMs: random.between(0, 2_000),
      async begin(cluster, model) {
        await processOf(cluster.host(host), name).stop({ timeoutMs: startBoundMs });
        if (name === "dockerd") engineDied(cluster, model, host);
      },
      async end(cluster, model) {
        const machine = cluster.host(host);
        await processOf(machine, name).start({ timeoutMs: startBoundMs });
        cluster.roster.note(machine, [name]);
        if (name === "dockerd") engineDied(cluster, model, host);
      },
    };
  },
};

/** SIGSTOP, then SIGCONT: a process that is there and says nothing. */
export const freeze: FaultKind = {
  weight: 5,
  plan(random) {
    const { host, name } = choose(random);
    return {
      kind: `freeze ${name}`,
      title: `${host}: kill -STOP ${name}`,
      place: `${host}/${name}`,
      stopsPackets: packetProcesses.includes(name),
      durationMs: random.between(1_000, 20_000),
      begin: (cluster) => processOf(cluster.host(host), name).kill("SIGSTOP"),
      end: (cluster) => processOf(cluster.host(host), name).kill("SIGCONT"),
    };
  },
};

function engineDied(cluster: Cluster, model: Model, host: string): void {
  if (cluster.hasLiveRestore(host)) model.engineStarts(host);
  else model.containersDied(host);
}

import type { FaultKind } from "../fault.ts";
import { volatilePlaces } from "../foreign-things.ts";

/** Power off and on: the disk stays. The center's less often, for all wait for it. */
export const power: FaultKind = {
  weight: 1.5,
  plan(random) {
    const host = random.weighted([
      { host: "h1", weight: 1 },
      { host: "h2", weight: 3 },
      { host: "h3", weight: 2 },
    ])?.host;
    if (host === undefined) return undefined;
    return {
      kind: host === "h1" ? "power cut of the center" : "power cut",
      title: `${host}: power cut`,
      place: host,
      stopsPackets: host !== "h2",
      durationMs: random.between(500, 15_000),
      async begin(cluster, model) {
        await cluster.host(host).powerOff();
        model.containersDied(host);
        if (host === cluster.center.name) cluster.foreign.forget(volatilePlaces);
      },
      async end(cluster, model) {
        await cluster.host(host).powerOn();
        cluster.roster.note(cluster.host(host));
        model.containersDied(host);
      },
    };
  },
};

/** A host that nobody hears, whose links are up. */
export const partition: FaultKind = {
  weight: 2,
  plan(random) {
    const host = random.pick(["h1", "h2", "h3"]);
    if (host === undefined) return undefined;
    return {
      kind: "partition",
      title: `${host}: cut off`,
      place: `${host}/wire`,
      stopsPackets: host !== "h2",
      durationMs: random.between(1_000, 25_000),
      begin: (cluster) => cluster.lab.cut(cluster.host(host)),
      end: (cluster) => cluster.lab.heal(cluster.host(host)),
    };
  },
};

import type { Invariant } from "../invariant.ts";
import { type Place, placesByNetwork } from "./reach.ts";

/** Every container finds the next one of its network by name. Internal networks have no way to the host, which answers. */
export const namesResolve: Invariant = {
  name: "names resolve",
  async check({ cluster, seen }) {
    const meetings = placesByNetwork(seen);
    /** Docker's resolver answers for one of the networks that both are on. */
    const whereTheyMeet = (from: Place, to: Place) =>
      meetings.flatMap(({ places }) =>
        places.some(({ pid, host }) => pid === from.pid && host === from.host)
          ? places
              .filter(({ pid, host }) => pid === to.pid && host === to.host)
              .flatMap(({ addresses }) => addresses)
          : [],
      );
    const asked = meetings.flatMap(({ network, places }) =>
      network.internal
        ? []
        : places.map(async (from, at) => {
            const to = places[(at + 1) % places.length] ?? from;
            if (from === to) return [];
            const ask = ["busybox", "nslookup", to.name];
            const { stdout } = await cluster
              .host(from.host)
              .run(["nsenter", "--target", String(from.pid), "--net", "--mount", ...ask], {
                check: false,
                timeoutMs: 30_000,
              });
            const answered = stdout.split("\n").slice(2).join("\n");
            if (whereTheyMeet(from, to).some((address) => answered.includes(address))) return [];
            const said = answered.replace(/\s+/g, " ").trim().slice(0, 200);
            return [
              `${from.name} on ${from.host} does not find ${to.name} on ${to.host} (${to.addresses.join()}): ${said}`,
            ];
          }),
    );
    return (await Promise.all(asked)).flat();
  },
};

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { eventually } from "../../lab/eventually.ts";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { intoNetwork, joinNetworkInZone, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";
import {
  isAnswered,
  PolicyChanges,
  patched,
  type Zone,
  type ZonePatch,
  type ZonePolicy,
  zones,
} from "./zone-model.ts";

const api = "curl -sS --fail-with-body --unix-socket /run/fairway/api.sock";

interface Place {
  readonly name: string;
  readonly domain: string;
  readonly zone: Zone;
  readonly network: string;
  readonly subnets: readonly string[];
  /** IPv4, then IPv6. */
  readonly addresses: readonly string[];
  readonly host: "h1" | "h2";
}

const domains = ["red", "green", "blue"].flatMap((organization) =>
  ["one", "two"].map((domain) => `${organization}/${domain}`),
);

/** A container on each network: two in each zone of each domain. All domains have the same CIDRs; an address is one container's alone. */
const places: readonly Place[] = domains.flatMap((domain, at) =>
  zones.flatMap((zone, which) =>
    [1, 2].map((number): Place => {
      const third = 2 * which + number;
      const network = `${domain}/${zone}/net${number}`;
      return {
        name: network.replaceAll("/", "-").toLowerCase(),
        domain,
        zone,
        network,
        subnets: [`10.40.${third}.0/24`, `fd40:${third}::/64`],
        addresses: [`10.40.${third}.${20 + at}`, `fd40:${third}::${20 + at}`],
        host: (at + third) % 2 === 0 ? "h1" : "h2",
      };
    }),
  ),
);

describe(`three organizations of two domains of two zones of two networks, ${variant}`, {
  timeout: 1_800_000,
}, () => {
  let lab: Lab;
  let center: Host;
  const seed = Number(process.env["SEED"] ?? Date.now() % 100_000);
  const changes = new PolicyChanges(seed);
  const policies = new Map<string, ZonePolicy>(
    domains.map((domain) => [domain, { zonePolicy: "allow", zoneRules: {} }]),
  );
  /** What stands before a program, so that it runs in a container's network. */
  const inside = new Map<Place, readonly string[]>();

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    center = lab.host("h1");
    await startFairway(lab);
    const documents = [
      ...new Set(domains.map((domain) => domain.replace(/\/.*/, ""))),
      ...domains,
      ...new Set(places.map(({ domain, zone }) => `${domain}/${zone}`)),
    ].map((name) => {
      const kind = ["Organization", "Router", "Zone"][name.split("/").length - 1];
      return JSON.stringify({ kind, name });
    });
    const networks = places.map(({ network, subnets }) =>
      JSON.stringify({ kind: "Network", name: network, subnets: subnets.map((cidr) => ({ cidr })) }),
    );
    await center.sh(`fairway apply -f - <<'END'\n${[...documents, ...networks].join("\n---\n")}\nEND`, {
      timeoutMs: 60_000,
    });
    for (const place of places) {
      const host = lab.host(place.host);
      const subnets = place.subnets.flatMap((cidr) => ["--subnet", cidr]);
      await joinNetworkInZone(host, place.network, place.name, "--ipv6", ...subnets);
      const [ip = "", ip6 = ""] = place.addresses;
      await startContainer(host, place.name, place.name, "--ip", ip, "--ip6", ip6);
      inside.set(place, await intoNetwork(host, place.name));
    }
  });
  after(() => lab[Symbol.asyncDispose]());

  /** What is answered of all pairs, both ways, in both families: `from to` for each. */
  async function answered(): Promise<readonly string[]> {
    const found = await Promise.all(
      places.map(async (from) => {
        const pings = places
          .filter((to) => to !== from)
          .flatMap(({ name, addresses }) =>
            addresses.map((ip) => `(ping -n -c 1 -W 1 ${ip} >/dev/null 2>&1 && echo ${name} ${ip}) &`),
          );
        const words = [...(inside.get(from) ?? []), "sh", "-c", `${pings.join("\n")}\nwait`];
        const { stdout } = await lab.host(from.host).run(words, { timeoutMs: 60_000 });
        return stdout
          .split("\n")
          .filter(Boolean)
          .map((line) => `${from.name} ${line}`);
      }),
    );
    return found.flat().sort();
  }
  const expected = () =>
    places
      .flatMap((from) =>
        places
          .filter((to) => to !== from && to.domain === from.domain)
          .filter((to) => isAnswered(policies.get(to.domain) ?? assert.fail(), from.zone, to.zone))
          .flatMap(({ name, addresses }) => addresses.map((ip) => `${from.name} ${name} ${ip}`)),
      )
      .sort();
  const isAsExpected = () =>
    eventually(answered, (found) => assert.deepEqual(found, expected(), `SEED=${seed}`), {
      timeoutMs: 90_000,
    });

  /** Changes of random domains, one after the other, each on what the ones before it leave. */
  function changesOf(count: number): readonly { readonly domain: string; readonly patch: ZonePatch }[] {
    const planned = new Map(policies);
    return Array.from({ length: count }, () => {
      const domain = changes.pick(domains);
      const policy = planned.get(domain) ?? assert.fail();
      const patch = changes.next(policy);
      planned.set(domain, patched(policy, patch));
      return { domain, patch };
    });
  }
  /** A script that makes them until one fails; it prints a line for each that the center has said yes to. */
  const scriptOf = (wanted: ReturnType<typeof changesOf>) =>
    wanted
      .map(({ domain, patch }) => {
        const to = `http://center/v1/routers/${encodeURIComponent(domain)}`;
        return `${api} -o /dev/null -X PATCH --json '${JSON.stringify(patch)}' ${to} || exit 1; echo yes`;
      })
      .join("\n");
  function follow(wanted: ReturnType<typeof changesOf>): void {
    for (const { domain, patch } of wanted)
      policies.set(domain, patched(policies.get(domain) ?? assert.fail(), patch));
  }
  const told = async (domain: string): Promise<ZonePolicy> => {
    const { zonePolicy, zoneRules } = JSON.parse(
      await center.sh(`${api} http://center/v1/routers/${encodeURIComponent(domain)}`),
    );
    return { zonePolicy, zoneRules };
  };

  it("R05 without a policy a domain's networks reach each other, and nobody reaches another domain's", async () => {
    await isAsExpected();
  });

  it("R05 S02 after 200 random changes of policy expected is seen, of every pair, both ways, both families", async (t) => {
    t.diagnostic(`SEED=${seed}`);
    for (let round = 0; round < 4; round++) {
      const wanted = changesOf(50);
      await center.sh(scriptOf(wanted), { timeoutMs: 120_000 });
      follow(wanted);
      for (const domain of domains) assert.deepEqual(await told(domain), policies.get(domain));
      await isAsExpected();
    }
  });

  it("R05 S02 the same after the center was killed in mid-change: what it said yes to is in force", async (t) => {
    const wanted = changesOf(100);
    await center.sh(`cat >/tmp/changes <<'END'\n${scriptOf(wanted)}\nEND`);
    const running = center.run(["sh", "-e", "-c", ". /tmp/changes >/tmp/said"], {
      check: false,
      timeoutMs: 120_000,
    });
    const count = async () => Number(await center.sh("grep -c yes /tmp/said || true"));
    await until("some changes", async () => (await count()) >= 30);
    await center.daemon("fairway").kill();
    await running;
    const done = await count();
    t.diagnostic(`SEED=${seed}: killed after ${done} changes`);
    assert.ok(done < wanted.length, "it was killed before the last one");
    follow(wanted.slice(0, done));
    await center.daemon("fairway").start();
    await until("the center", async () => (await center.sh("fairway host ls")).includes("h2"));
    // The one that was cut off may be made or not.
    const cut = wanted[done] ?? assert.fail();
    const now = await told(cut.domain);
    const without = policies.get(cut.domain) ?? assert.fail();
    if (!isDeepStrictEqual(now, without)) follow([cut]);
    for (const domain of domains) assert.deepEqual(await told(domain), policies.get(domain));
    await isAsExpected();
  });
});

import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../lab/eventually.ts";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { askName, nameServer } from "./ask.ts";
import { createNetwork, removeAll, removeNetworks, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

const checkout = resolve(import.meta.dirname, "../..");
const outside = {
  deb: ["203.0.113.10", "2001:db8::10"],
  cdn: ["203.0.113.12", "2001:db8::12"],
  other: ["203.0.113.11", "2001:db8::11"],
} as const;
/** The outside machine's own address, and one of the container's network. */
const inside = ["10.200.0.254", "10.45.0.20"] as const;
const records = {
  "deb.example.com": outside.deb,
  "www.example.com": ["cdn.example.net"],
  "cdn.example.net": outside.cdn,
  "other.example.net": outside.other,
  "rebound.example.com": inside,
};

describe(`egress by name, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let clean: string;
  const fairway = (words: string) => h1.sh(`fairway ${words}`);

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant, outside: true });
    h1 = lab.host("h1");
    const { outside: machine } = lab;
    const all = Object.values(outside).flat();
    await machine.sh(`ip address add fd00:200::254/64 dev eth0 nodad
      ${all.map((each) => `ip address add ${each}/${each.includes(":") ? 128 : 32} dev lo`).join("\n")}`);
    await h1.sh(`ip address add fd00:200::1/64 dev br-phy nodad
      ip route add 203.0.113.0/24 via ${machine.address}
      ip route add 2001:db8::/64 via fd00:200::254
      echo nameserver ${machine.address} >/etc/resolv.conf`);
    const program = [`${checkout}/node_modules/node/bin/node`, `${checkout}/test/e2e/outside-world.ts`];
    const world = machine.spawn([...program, machine.address, JSON.stringify(records)]);
    await until("the outside", async () => world.log.includes("serving"));
    await startFairway(lab);
    clean = await tracesOf(h1);
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.45.0.0/24", "--subnet", "fd45::/64");
    await fairway("group create agents");
    await fairway("group rule add agents egress allow tcp 443 to '*.Example.com'");
    const place = "name=blue,ip=10.45.0.10,driver-opt=fairway.groups=agents";
    await startContainer(h1, "agent", place, "--dns", nameServer);
    await startContainer(h1, "free", "name=blue,ip=10.45.0.20", "--dns", nameServer);
  });
  after(() => lab[Symbol.asyncDispose]());

  /** What somebody outside says to one connection, which is tried once; the container's resolver is asked for a name. */
  async function says(name: string, port = 443, from = "agent"): Promise<string> {
    const words = ["docker", "exec", from, "sh", "-c", `nc -w 3 ${name} ${port} 2>&1 </dev/null`];
    return (await h1.run(words, { check: false })).stdout.trim();
  }
  const asked = async (name: string, type = "A", server: string = nameServer) =>
    (await askName(h1, "agent", server, name, type)).data ?? [];
  const refused = /refused|unreachable/i;

  it("S07 the first packet to what a name stands for passes, both families, aliases too; before it is told, nothing does", async () => {
    await until("a way out", async () => (await says(outside.other[0], 443, "free")) === outside.other[0]);
    for (const address of [...outside.deb, ...outside.cdn])
      assert.match(await says(address), refused, address);
    assert.ok((outside.deb as readonly string[]).includes(await says("deb.example.com")));
    for (const [name, [v4, v6]] of [
      ["deb.example.com", outside.deb],
      ["WWW.example.com", outside.cdn],
    ] as const) {
      assert.ok((await asked(name)).includes(v4));
      assert.equal(await says(v4), v4);
      assert.ok((await asked(name, "AAAA")).includes(v6));
      assert.equal(await says(v6), v6);
    }
    assert.match(await says(outside.deb[0], 444), refused, "another port");
  });

  it("S07 other names are refused at once, and so is DNS elsewhere", async () => {
    const begun = performance.now();
    assert.deepEqual(await asked("other.example.net"), [outside.other[0]]);
    for (const address of outside.other) assert.match(await says(address), refused, address);
    for (const port of [53, 853]) assert.match(await says(lab.outside.address, port), refused);
    assert.ok(performance.now() - begun < 20_000);
    assert.equal((await askName(h1, "agent", lab.outside.address, "deb.example.com", "A")).silent, true);
    assert.deepEqual((await askName(h1, "free", lab.outside.address, "deb.example.com", "A")).data, [
      outside.deb[0],
    ]);
  });

  it("S07 a name that stands for addresses inside gives no power over them", async () => {
    assert.deepEqual((await asked("rebound.example.com")).toSorted(), [...inside].sort());
    for (const address of inside) assert.match(await says(address), refused, address);
    assert.equal(await says(inside[0], 443, "free"), inside[0]);
  });

  it("S07 what is wrong with a rule is said, and a trace names the rule", async () => {
    const wrong = (rule: string, what: RegExp) =>
      assert.rejects(fairway(`group rule add agents ${rule}`), what);
    await wrong("egress deny tcp 443 to '*.example.org'", /a rule that names a DNS name allows/);
    await wrong("ingress allow tcp 443 from '*.example.com'", /a rule is DIRECTION PROTOCOL PORTS/);
    await wrong("egress allow tcp 443 to 'a.*.example.com'", /a rule is DIRECTION PROTOCOL PORTS/);
    assert.match(await fairway("group rule ls agents"), /^egress +allow +tcp +443 +\*\.example\.com$/m);
    await asked("deb.example.com");
    const trace = (words: string) => fairway(`trace agent ${words}`).catch(String);
    assert.match(
      await trace(`${outside.deb[0]} --tcp 443`),
      /group agents: egress tcp 443 to \*\.example\.com: allow/,
    );
    assert.match(
      await trace(`${outside.other[0]} --tcp 443`),
      /group agents: no rule allows that its members send this/,
    );
  });

  it("S07 a restart of Fairway closes nothing and opens nothing; an address that nobody asks for any more is closed", async () => {
    await asked("deb.example.com");
    await h1.daemon("fairway").stop();
    assert.equal(await says(outside.deb[0]), outside.deb[0]);
    assert.match(await says(outside.other[0]), refused);
    await h1.daemon("fairway").start();
    // Since the first test nobody has asked for it.
    await eventually(
      () => says(outside.cdn[0]),
      (text) => assert.match(text, refused),
      { timeoutMs: 90_000 },
    );
    assert.match(await says(outside.cdn[1]), refused);
    await until("the name", async () => (await asked("www.example.com")).includes(outside.cdn[0]));
    assert.equal(await says(outside.cdn[0]), outside.cdn[0]);
  });

  it("S07 what stood for names goes with its group, and leaves nothing", async () => {
    await removeAll(h1, ["agent", "free"], []);
    await fairway("group rm agents");
    await removeNetworks(h1, "blue");
    await becomes(h1, clean);
  });
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Expiry } from "../../../src/center/expiry.ts";
import { mostResolved } from "../../../src/center/security-groups/resolved-names.ts";
import { namesGraceMs, namesSlackMs } from "../../../src/egress-names.ts";
import { quiet } from "../../agent/stub-center.ts";
import { engineId, type MadeNetwork, root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";

const rules = {
  "egress tcp 443 to *.debian.org": "allow",
  "egress tcp 80 to deb.debian.org": "allow",
} as const;
const deb = "203.0.113.10";
const ttl = 60;

let center: TestCenter;
let blue: MadeNetwork;
let member: string;
before(async () => {
  center = await TestCenter.start();
  blue = await center.network("node-1", "10.1.0.0/24");
  await center.network("node-1", "198.51.100.0/24");
  await groups().create({ name: "agents", rules, joinableByLabel: false, labels: {}, options: {} }, {}, root);
  member = await start({ groups: "agents" });
});
after(() => center[Symbol.asyncDispose]());

/** A caller who goes on until he is disposed. */
function reader() {
  const end = new AbortController();
  return { ...root, signal: end.signal, [Symbol.dispose]: () => end.abort() };
}

const groups = () => center.service.securityGroups;
const row = () => {
  const [found] = center.store.view.find("Security_Group", "byName", "agents");
  return found ?? assert.fail();
};

/** What CreateEndpoint asks for; the address. */
async function start({ groups: named }: { readonly groups?: string }): Promise<string> {
  const asked = { purpose: "unspecified" } as const;
  const { address } = await center.service.poolAddresses.request("node-1", blue.pool, asked, root);
  const [own = ""] = address.split("/");
  const key = { host: "node-1", networkId: blue.id, endpointId: engineId() };
  const options: Record<string, string> = named === undefined ? {} : { "fairway.groups": named };
  await center.service.dockerEndpoints.create(key, { addresses: [own], options }, root);
  return own;
}

const admit = (name: string, addresses: readonly string[], asker = member, host = "node-1", context = root) =>
  center.service.resolvedNames.admit(
    { host, network: blue.uuid },
    { asker, name, addresses: addresses.map((address) => ({ address, ttl })) },
    context,
  );
const expire = () => new Expiry(center.store, quiet).expire(center.now);

/** The addresses of the sets in Northbound, which have any. */
async function inForce(): Promise<readonly string[]> {
  await center.settled();
  const select = { op: "select", table: "Address_Set", where: [], columns: ["addresses"] } as const;
  const [found] = await center.client.transact("OVN_Northbound", [select]);
  return (found?.rows ?? [])
    .flatMap(({ addresses }) => JSON.stringify(addresses).match(/[\d.]+\.\d+|[\da-f]+:[\da-f:]+/g) ?? [])
    .sort();
}

test("S07 what a rule's name stands for is in Northbound by the time that the host is told; what was there before costs no transaction", async () => {
  const { sequence } = await admit("deb.debian.org", [deb, "2001:DB8::10"]);
  assert.ok(sequence !== null && sequence > 0);
  assert.deepEqual(await inForce(), ["2001:db8::10", deb]);
  const before = row();
  assert.deepEqual(await admit("deb.debian.org", [deb]), { sequence });
  assert.equal(row(), before);
  const { sequence: next } = await admit("ftp.debian.org", ["203.0.113.11"]);
  assert.equal(next, sequence + 1);
  assert.deepEqual(await admit("deb.debian.org", [deb]), { sequence });
});

test("S07 other names, other containers and addresses inside get nothing", async () => {
  const nothing = { sequence: null };
  const before = row();
  assert.deepEqual(await admit("debian.org", ["203.0.113.12"]), nothing);
  assert.deepEqual(await admit("deb.debian.org", ["203.0.113.12"], await start({})), nothing);
  await center.service.hosts.register("node-2", { systemId: "two", tunnelAddress: "192.0.2.2" }, root);
  for (const address of ["10.1.0.3", "127.0.0.1", "::ffff:203.0.113.12", "198.51.100.7", "192.0.2.2"])
    assert.deepEqual(await admit("deb.debian.org", [address]), nothing, address);
  assert.equal(row(), before);
  await assert.rejects(
    admit("deb.debian.org", [deb], "10.1.0.99"),
    refused("not_found", /has no container 10.1.0.99/),
  );
  await assert.rejects(
    admit("deb.debian.org", [deb], member, "node-2"),
    refused("not_found", /node-2 has no container/),
  );
  const other = { ...root, caller: { kind: "host", name: "node-2" } } as const;
  await assert.rejects(
    admit("deb.debian.org", [deb], member, "node-1", other),
    refused("forbidden", /may not act/),
  );
});

test("S07 an address is open for its answer's time and a grace, then for connections that there are alone, then forgotten", async () => {
  await admit("deb.debian.org", [deb]);
  const key = `deb.debian.org ${deb}`;
  center.now += ttl * 1_000 + namesGraceMs - 1;
  await expire();
  assert.ok(key in row().resolved);
  center.now += namesSlackMs + 1;
  await expire();
  assert.ok(!(key in row().resolved) && key in row().expired);
  await admit("deb.debian.org", [deb]);
  assert.ok(key in row().resolved && !(key in row().expired), "asked again");
  center.now += 3_600_000;
  await expire();
  center.now += 86_400_000;
  await expire();
  assert.deepEqual([row().resolved, row().expired], [{}, {}]);
});

test("S07 a group takes so many addresses and no more, and says so; what is not shown changes no revision and tells nobody", async () => {
  const { revision } = groups().show("agents", root);
  using patience = reader();
  const events = center.service.events.follow({}, patience);
  assert.equal((await events.next()).value?.type, "ready");
  const many = Array.from({ length: mostResolved }, (_, at) => `203.0.${Math.floor(at / 256)}.${at % 256}`);
  for (let at = 0; at < many.length; at += 256) await admit("a.debian.org", many.slice(at, at + 256));
  await assert.rejects(
    admit("a.debian.org", [deb, "203.0.200.1"]),
    refused("exhausted", /^group agents has 1024 addresses of names, and takes no more$/),
  );
  assert.ok(!("*.debian.org 203.0.200.1" in row().resolved));
  await admit("a.debian.org", many.slice(0, 1));
  const { revision: same, status } = groups().show("agents", root);
  assert.equal(same, revision);
  assert.match(status["names"] ?? "", /^1024 addresses of names are in force/);
  center.now += 3_600_000;
  await expire();
  assert.deepEqual(groups().show("agents", root).status, {});
  await admit("a.debian.org", [deb]);
  await groups().create(
    { name: "after", rules: {}, joinableByLabel: false, labels: {}, options: {} },
    {},
    root,
  );
  const { value } = await events.next();
  assert.deepEqual(value && "noun" in value && [value.type, value.name], ["created", "after"]);
});

test("S07 a rule that names a name allows; an organization's, a dry run and a patch read it as any other", async () => {
  const update = (rule: string, action: "allow" | "drop") =>
    groups().update("agents", { rules: { [rule]: action } }, { isDry: true }, root);
  await assert.rejects(
    update("egress tcp 443 to *.example.com", "drop"),
    refused(
      "invalid",
      /^a rule that names a DNS name allows: .*; one is egress tcp 443 to \*\.example\.com: drop$/,
      "rules",
    ),
  );
  for (const rule of [
    "ingress tcp 443 from a.example.com",
    "egress tcp 443 to a.*.com",
    "egress tcp to example",
  ])
    await assert.rejects(update(rule, "allow"), refused("invalid", /^rules takes DIRECTION/, "rules"), rule);
  const { rules: read } = await update("egress tcp 443 to BÜCHER.example.", "allow");
  assert.ok("egress tcp 443 to xn--bcher-kva.example" in read);
});

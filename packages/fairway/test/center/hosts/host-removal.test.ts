import assert from "node:assert/strict";
import { test } from "node:test";
import { Admissions } from "../../../src/center/members/admissions.ts";
import { FairwayError } from "../../../src/errors.ts";
import { engineId, root, TestCenter } from "../../center.ts";

const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

/** As joining does it. */
function admit({ store }: TestCenter, name: string, key: string): Promise<unknown> {
  return store.change((draft) => {
    const [host] = draft.find("Host", "byName", name);
    assert.ok(host);
    draft.update("Host", host._uuid, { admitted_key: key });
  });
}

const dead = { dead: true };
const empty = { dead: false };

test("M08 a host that has endpoints is not taken out, and the refusal names them and what mends it", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  await center.service.dockerEndpoints.describe(web.key, { containerName: "web" }, root);
  await assert.rejects(
    center.service.hosts.remove("h1", empty, root),
    refused(
      "in_use",
      /^host h1 still has endpoints: web\. .*docker rm.*fairway host rm h1 --dead \(--force while it runs\)$/,
    ),
  );
  for (let count = 0; count < 6; count++) await center.endpoint("h1", blue);
  await assert.rejects(center.service.hosts.remove("h1", empty, root), refused("in_use", / and 2 more\. /));
});

test("M07 a dead host goes with all that it had, and its addresses can be had again", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.network("h2", "10.2.0.0/24");
  const space = "waiting";
  await center.service.pools.request("h1", { space, family: 4, cidr: "10.3.0.0/24" }, root);
  await center.endpoint("h1", blue, "10.1.0.77");
  await assert.rejects(
    center.service.hosts.remove("h1", dead, root),
    refused("conflict", /^host h1 is not dead: it was last heard 0 s ago\./),
  );
  center.now += 15_000;
  center.service.hosts.recordHeartbeat("h2", root);
  await center.service.hosts.remove("h1", dead, root);
  const { counts } = center.service.status.show();
  assert.deepEqual(counts, { hosts: 1, networks: 1, endpoints: 0, addresses: 1 }, "h2's network is left");
  assert.equal(center.store.replica.table("Subnet").size, 1);
  await center.service.hosts.remove("h1", dead, root);
  await center.network("h1", "10.1.0.0/24");
});

test("M08 by force a host goes that runs and has containers; its key is refused before its chassis goes, and that before what it had", async () => {
  const steps: string[] = [];
  await using center = await TestCenter.start({
    removeChassis: async (systemId) => {
      steps.push(
        `${systemId} ${admissions.hostWithKey("its-key") ?? "refused"} ${center.service.status.show().counts.endpoints}`,
      );
    },
  });
  const admissions = new Admissions(center.store);
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.endpoint("h1", blue);
  await admit(center, "h1", "its-key");
  assert.equal(admissions.hostWithKey("its-key"), "h1");
  using _watch = admissions.onChange(() => {
    if (steps.length === 0 && admissions.hostWithKey("its-key") === undefined) steps.push("told");
  });
  await assert.rejects(
    center.service.hosts.remove("h1", { force: true }, { ...root, caller: { kind: "host", name: "h1" } }),
    refused("forbidden", /^host h1 may not administer the cluster$/),
  );
  await center.service.hosts.remove("h1", { force: true }, root);
  assert.deepEqual(steps, ["told", "system-h1 refused 1"], "whoever has its connections ends them first");
  const { counts } = center.service.status.show();
  assert.deepEqual([counts.hosts, counts.endpoints], [0, 0]);
});

test("M08 where the Southbound keeps a host's chassis the removal says so, the key stays refused, and a repetition finishes", async () => {
  let isAway = true;
  await using center = await TestCenter.start({
    removeChassis: async () => {
      if (isAway) throw new FairwayError("unavailable", "ovn-sbctl: database connection failed");
    },
  });
  const admissions = new Admissions(center.store);
  await center.network("h1", "10.1.0.0/24");
  await admit(center, "h1", "its-key");
  await assert.rejects(
    center.service.hosts.remove("h1", empty, root),
    refused(
      "unavailable",
      /^host h1 is refused everywhere by now, and still has its chassis in OVN's Southbound: ovn-sbctl: database connection failed; when/,
    ),
  );
  assert.equal(admissions.hostWithKey("its-key"), undefined);
  assert.deepEqual(
    center.service.hosts.list({}, root).map(({ name }) => name),
    ["h1"],
  );
  isAway = false;
  await center.service.hosts.remove("h1", empty, root);
  assert.deepEqual(center.service.hosts.list({}, root), []);
});

test("M08 a center does not take itself out", async () => {
  await using center = await TestCenter.start({ name: "h1" });
  await center.network("h1", "10.1.0.0/24");
  for (const removal of [empty, dead, { force: true }])
    await assert.rejects(
      center.service.hosts.remove("h1", removal, root),
      refused(
        "conflict",
        /^host h1 is this center itself, which the other hosts need; only they can be taken out$/,
      ),
    );
  assert.equal(center.service.status.show().counts.hosts, 1);
});

test("M07 nobody counts as dead before the center has listened for 15 s", async () => {
  await using center = await TestCenter.start();
  await center.network("h1", "10.1.0.0/24");
  center.liveness.begin();
  await assert.rejects(
    center.service.hosts.remove("h1", dead, root),
    refused(
      "conflict",
      /^host h1 is not dead: this center has just begun to listen for it; try again in 15 s$/,
    ),
  );
});

test("M07 a network outlives the host where it was made while another engine has it", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  await center.network("h2", "10.2.0.0/24");
  const id = engineId();
  const joins = { options: { network: "blue" }, subnets: [] };
  await center.service.dockerNetworks.create("h2", id, joins, root);
  await center.endpoint("h1", blue, "10.1.0.7");
  const kept = await center.endpoint("h2", { ...blue, id }, "10.1.0.8");
  center.now += 15_000;
  center.service.hosts.recordHeartbeat("h2", root);
  await center.service.hosts.remove("h1", dead, root);
  const left = center.service.networks.show("blue", root);
  assert.equal(left.originHost, "h2");
  assert.deepEqual(
    left.engines.map(({ host }) => host),
    ["h2"],
  );
  assert.deepEqual(
    center.service.endpoints.list({}, root).map(({ uuid }) => uuid),
    [kept.uuid],
  );
  await center.service.dockerNetworks.delete("h2", id, root);
  assert.throws(() => center.service.networks.show("blue", root), refused("not_found", /blue/));
});

test("M08 a host may take itself out, and no other", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const h2 = { ...root, caller: { kind: "host", name: "h2" } } as const;
  await assert.rejects(center.service.hosts.remove("h1", empty, h2), refused("forbidden", /h2/));
  const h1 = { ...root, caller: { kind: "host", name: "h1" } } as const;
  await center.service.hosts.remove("h1", empty, h1);
  assert.equal(center.service.status.show().counts.hosts, 0);
  assert.throws(() => center.service.networks.show(blue.uuid, root), refused("not_found", /no network/));
});

test("M08 a host's state ends with the host, and begins anew when it comes back", async () => {
  await using center = await TestCenter.start();
  await center.network("h1", "10.1.0.0/24");
  const signal = AbortSignal.timeout(10_000);
  const messages = center.hostStates.follow("h1", undefined, signal)[Symbol.asyncIterator]();
  const first = (await messages.next()).value;
  assert.equal(first?.type, "snapshot");
  await center.service.hosts.remove("h1", empty, root);
  while ((await messages.next()).done !== true);
  assert.equal(signal.aborted, false);
  await center.network("h1", "10.1.0.0/24");
  const again = center.hostStates.follow("h1", first.revision, signal)[Symbol.asyncIterator]();
  assert.equal((await again.next()).value?.type, "snapshot");
});

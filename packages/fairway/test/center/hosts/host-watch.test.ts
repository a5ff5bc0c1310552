import assert from "node:assert/strict";
import { test } from "node:test";
import { FairwayError } from "../../../src/errors.ts";
import { engineId, GRACE_MS, type MadeEndpoint, root, TestCenter } from "../../center.ts";

const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

const silenceMs = 15_000;

/** Time goes on for the center, and these hosts alone are heard. */
async function pass(center: TestCenter, ms: number, ...heard: readonly string[]): Promise<void> {
  center.now += ms;
  for (const host of heard) center.service.hosts.recordHeartbeat(host, root);
  await center.hostWatch.look();
}

const stateOf = (center: TestCenter, host: string) => center.service.hosts.show(host, root).state;
const shown = (center: TestCenter, { uuid }: MadeEndpoint) => center.service.endpoints.show(uuid, root);

/** Hosts h1, h2 and so on; blue is h1's, and h2 and h3 have it too. */
async function cluster(hosts = 3) {
  const center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  const names = Array.from({ length: hosts }, (_, at) => `h${at + 1}`);
  const on = new Map([["h1", blue]]);
  for (const host of names.slice(1)) {
    await center.service.hosts.register(host, { systemId: `system-${host}` }, root);
    const id = engineId();
    await center.service.dockerNetworks.create(host, id, { options: { network: "blue" }, subnets: [] }, root);
    on.set(host, { ...blue, id });
  }
  const run = (host: string, ip: string) => center.endpoint(host, on.get(host) ?? blue, ip);
  return { center, run };
}

test("M07 a host that is not heard for 15 s is down, and up again as soon as it is heard", async () => {
  const { center } = await cluster();
  await using _ = center;
  await pass(center, silenceMs - 1, "h1", "h2");
  assert.equal(stateOf(center, "h3"), "up");
  await pass(center, 1, "h1", "h2");
  const { state, stateSince, lastHeard } = center.service.hosts.show("h3", root);
  assert.deepEqual(
    [state, stateSince, lastHeard],
    ["down", new Date(center.now).toISOString(), new Date(center.now - silenceMs).toISOString()],
  );
  assert.equal(stateOf(center, "h1"), "up");
  await pass(center, 1, "h3");
  assert.equal(stateOf(center, "h3"), "up");
});

test("M07 what a dead host's endpoints hold is free after the grace time, not before", async () => {
  const { center, run } = await cluster();
  await using _ = center;
  const web = await run("h3", "10.1.0.7");
  assert.deepEqual(shown(center, web).status, {});
  await pass(center, silenceMs, "h1", "h2");
  assert.deepEqual(shown(center, web).status, {
    host: `h3 is down since ${new Date(center.now).toISOString()}`,
  });
  await pass(center, GRACE_MS - 1, "h1", "h2");
  await assert.rejects(run("h1", "10.1.0.7"), refused("conflict", /already in use by .* on host h3$/));
  await pass(center, 1, "h1", "h2");
  const { addresses, status } = shown(center, web);
  assert.deepEqual(addresses, []);
  assert.match(status["host"] ?? "", /^h3 is down since .*Z, and 10\.1\.0\.7 may be given to others$/);
  await run("h1", "10.1.0.7");
});

test("M07 a dead host's containers keep their MAC addresses, and who asks for one is told how to have it", async () => {
  const { center, run } = await cluster();
  await using _ = center;
  const web = await run("h3", "10.1.0.7");
  await pass(center, silenceMs, "h1", "h2");
  await pass(center, GRACE_MS, "h1", "h2");
  const networkId =
    center.service.networks.show("blue", root).engines.find(({ host }) => host === "h1")?.engineId ?? "";
  const key = { host: "h1", networkId, endpointId: engineId() };
  const ask = () =>
    center.service.dockerEndpoints.create(key, { addresses: ["10.1.0.7"], mac: web.mac }, root);
  const mend =
    /is already in use on this network by a container of host h3, .*fairway host rm h3 --dead frees it$/;
  await assert.rejects(ask(), refused("conflict", mend));
  await center.service.hosts.remove("h3", { dead: true }, root);
  assert.equal((await ask()).mac, web.mac);
});

test("M07 a host that returns gets its endpoints back as they were; a port whose address was given away stays down and says why", async () => {
  const { center, run } = await cluster();
  await using _ = center;
  const [web, db] = [await run("h3", "10.1.0.7"), await run("h3", "10.1.0.8")];
  await center.service.dockerEndpoints.describe(db.key, { containerName: "db", names: ["db"] }, root);
  const before = shown(center, db);
  await pass(center, silenceMs, "h1", "h2");
  await pass(center, GRACE_MS, "h1", "h2");
  const taker = await run("h1", "10.1.0.7");
  await center.service.dockerEndpoints.describe(taker.key, { containerName: "taker" }, root);
  assert.notEqual(taker.mac, web.mac);
  await pass(center, 1, "h1", "h2", "h3");
  assert.deepEqual(shown(center, db), before);
  const reason = /^address 10\.1\.0\.7 was given to container taker on host h1 meanwhile; /;
  const { addresses, status } = shown(center, web);
  assert.deepEqual(addresses, []);
  assert.match(status["port"]?.replace("down: ", "") ?? "", reason);
  await assert.rejects(
    center.service.dockerEndpoints.create(web.key, { addresses: [web.ip] }, root),
    refused("conflict", reason),
  );
  await center.service.dockerEndpoints.purge(taker.key, root);
  await pass(center, 60_000, "h1", "h2", "h3");
  assert.deepEqual(shown(center, web).addresses, ["10.1.0.7/24"]);
  assert.deepEqual(shown(center, web).status, {});
});

/** An endpoint's items in a host's state, with the first word of why its port must be down. */
const itemsOf = ({ uuid }: MadeEndpoint, items: readonly { key: string; down?: string | undefined }[]) =>
  items
    .filter(({ key }) => key.endsWith(uuid))
    .map(({ key, down }) => [key, down?.split(":")[0]])
    .sort(([one = ""], [other = ""]) => one.localeCompare(other));

test("M07 the host's state names the ports that must be down, and OVN has no port for them", async () => {
  const { center, run } = await cluster();
  await using _ = center;
  const web = await run("h3", "10.1.0.7");
  await center.service.dockerEndpoints.publish(
    web.key,
    { ports: [{ protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 }] },
    root,
  );
  await pass(center, silenceMs, "h1", "h2");
  await pass(center, GRACE_MS, "h1", "h2");
  await center.settled();
  assert.equal((await center.service.endpoints.progress(web.uuid, undefined, root)).stage, "intent");
  const follow = center.hostStates.follow("h3", undefined, AbortSignal.timeout(10_000));
  const messages = follow[Symbol.asyncIterator]();
  const away = (await messages.next()).value;
  assert.equal(away?.type, "snapshot");
  assert.deepEqual(itemsOf(web, away.items), [[`endpoint/${web.uuid}`, undefined]], "nothing is decided yet");
  const taker = await run("h1", "10.1.0.7");
  await pass(center, 1, "h1", "h2", "h3");
  const down = (await messages.next()).value;
  assert.equal(down?.type, "change");
  assert.deepEqual(itemsOf(web, down.set), [[`endpoint/${web.uuid}`, "down"]]);
  await center.service.dockerEndpoints.purge(taker.key, root);
  await pass(center, 60_000, "h1", "h2", "h3");
  const up = (await messages.next()).value;
  assert.equal(up?.type, "change");
  assert.deepEqual(itemsOf(web, up.set), [
    [`endpoint/${web.uuid}`, undefined],
    [`published/${web.uuid}`, undefined],
  ]);
  await center.settled();
  assert.equal((await center.service.endpoints.progress(web.uuid, undefined, root)).stage, "northbound");
});

test("M07 while over a third of the hosts are missing nobody loses an address; one of two may, the only one never", async () => {
  for (const { hosts, heard, loses } of [
    { hosts: 1, heard: [], loses: false },
    { hosts: 2, heard: ["h1"], loses: true },
    { hosts: 2, heard: [], loses: false },
    { hosts: 3, heard: ["h1", "h2"], loses: true },
    { hosts: 3, heard: ["h1"], loses: false },
    { hosts: 6, heard: ["h1", "h2", "h3", "h4"], loses: true },
    { hosts: 6, heard: ["h1", "h2", "h3"], loses: false },
  ]) {
    const { center, run } = await cluster(hosts);
    await using _ = center;
    const web = await run(`h${hosts}`, "10.1.0.7");
    await pass(center, silenceMs, ...heard);
    await pass(center, GRACE_MS, ...heard);
    const kept = shown(center, web).addresses.length === 1;
    assert.equal(kept, !loses, `${heard.length} of ${hosts} are heard`);
  }
});

test("M07 hosts that were given up say nothing of those that go missing later", async () => {
  const { center, run } = await cluster();
  await using _ = center;
  const web = await run("h2", "10.1.0.7");
  await pass(center, silenceMs, "h1", "h2");
  await pass(center, GRACE_MS, "h1", "h2");
  await pass(center, silenceMs, "h1");
  await pass(center, GRACE_MS, "h1");
  assert.deepEqual(shown(center, web).addresses, []);
});

test("M07 a center that begins to lead counts anew", async () => {
  const { center, run } = await cluster();
  await using _ = center;
  const web = await run("h3", "10.1.0.7");
  await pass(center, silenceMs, "h1", "h2");
  await pass(center, GRACE_MS - 1, "h1", "h2");
  center.hostWatch.begin();
  await pass(center, silenceMs - 1);
  assert.deepEqual(
    ["h1", "h2", "h3"].map((host) => stateOf(center, host)),
    ["up", "up", "down"],
    "nobody is down, or up, for what the center did not hear",
  );
  await pass(center, 1, "h1", "h2");
  await pass(center, GRACE_MS - 1, "h1", "h2");
  assert.deepEqual(shown(center, web).addresses, ["10.1.0.7/24"]);
  await pass(center, 1, "h1", "h2");
  assert.deepEqual(shown(center, web).addresses, []);
});

test("M07 an endpoint that cannot be given its addresses again is one: the others of its host have theirs", async () => {
  const { center, run } = await cluster();
  await using _ = center;
  const [web, db] = [await run("h3", "10.1.0.7"), await run("h3", "10.1.0.8")];
  await pass(center, silenceMs, "h1", "h2");
  await pass(center, GRACE_MS, "h1", "h2");
  // What no version of ours writes: an address that cannot be read.
  await center.store.change((draft) => draft.update("Endpoint", web.uuid, { lost: ["nonsense"] }));
  await pass(center, 1, "h1", "h2", "h3");
  assert.deepEqual(shown(center, db).addresses, ["10.1.0.8/24"]);
  assert.deepEqual(shown(center, web).addresses, []);
  assert.equal(stateOf(center, "h3"), "up");
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { engineId, type MadeNetwork, root, TestCenter } from "../../center.ts";

describe("a container that a person puts into a group", () => {
  let center: TestCenter;
  let blue: MadeNetwork;
  before(async () => {
    center = await TestCenter.start();
    blue = await center.network("h1", "10.1.0.0/24");
    for (const name of ["web", "db", "old"]) await groups().create({ ...plain, name }, {}, root);
  });
  after(() => center[Symbol.asyncDispose]());
  const plain = { rules: {}, joinableByLabel: false, labels: {}, options: {} };
  const groups = () => center.service.securityGroups;
  const groupsOf = (uuid: string) => center.service.endpoints.show(uuid, root).groups;
  const kept = () => center.service.containerPorts.list("h1", root);

  /** Starts a container; its engine says whose the endpoint is. */
  async function start(containerId: string, network = blue) {
    const made = await center.endpoint("h1", network);
    await center.service.dockerEndpoints.describe(made.key, { containerId, containerName: "shop" }, root);
    return made;
  }
  const stop = ({ key }: { key: Parameters<typeof center.service.dockerEndpoints.delete>[0] }) =>
    center.service.dockerEndpoints.delete(key, root);

  test("S01 is in it again when it is started again, until it is taken out or its engine has it no more", async () => {
    const container = engineId();
    const first = await start(container);
    await groups().join({ group: "web", member: "shop" }, {}, root);
    await stop(first);
    assert.deepEqual(kept(), [container]);

    const second = await start(container);
    assert.deepEqual(groupsOf(second.uuid), ["web"]);
    const other = await start(engineId());
    assert.deepEqual(groupsOf(other.uuid), [], "another container of that name has nothing of it");
    await stop(other);
    await groups().join({ group: "db", member: "shop" }, {}, root);
    await groups().leave({ group: "web", member: "shop" }, {}, root);
    await stop(second);

    const third = await start(container);
    assert.deepEqual(groupsOf(third.uuid), ["db"]);
    await stop(third);
    await center.service.containerPorts.forget("h1", container, root);
    assert.deepEqual(kept(), []);
    const again = await start(container);
    assert.deepEqual(groupsOf(again.uuid), []);
    await stop(again);
  });

  test("S01 is in it on the network that was meant, and in none that is gone", async () => {
    const container = engineId();
    const red = await center.network("h1", "10.2.0.0/24");
    const [onBlue, onRed] = [await start(container), await start(container, red)];
    await groups().join({ group: "old", member: "shop", network: blue.uuid }, {}, root);
    assert.deepEqual([groupsOf(onBlue.uuid), groupsOf(onRed.uuid)], [["old"], []]);
    for (const each of [onBlue, onRed]) await stop(each);
    const [nextOnBlue, nextOnRed] = [await start(container), await start(container, red)];
    assert.deepEqual([groupsOf(nextOnBlue.uuid), groupsOf(nextOnRed.uuid)], [["old"], []]);
    for (const each of [nextOnBlue, nextOnRed]) await stop(each);

    await groups().remove("old", {}, root);
    assert.deepEqual(kept(), []);
    const last = await start(container);
    assert.deepEqual([groupsOf(last.uuid), center.service.endpoints.show(last.uuid, root).status], [[], {}]);
    await stop(last);
  });
});

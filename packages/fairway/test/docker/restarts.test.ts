import assert from "node:assert/strict";
import { after, afterEach, beforeEach, mock, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { container, listedContainer, network } from "../../src/docker/engine-objects.ts";
import { Restarts } from "../../src/docker/restarts.ts";
import { FairwayError } from "../../src/errors.ts";
import { onlyFairway } from "./engine-lists.ts";
import { recordingLogger } from "./fixture.ts";

/** What Docker 20.10, 26 and 28 were seen to leave with a container that they gave up. */
const errors = [
  'plugin "fairway" not found',
  'failed to set up container networking: plugin "fairway" not found',
  'legacy plugin: Post "http://plugin.moby.localhost/Plugin.Activate": dial unix /run/docker/plugins/fairway.sock: connect: connection refused',
  "failed to create endpoint keep on network blue: NetworkDriver.CreateEndpoint: The center is away",
  "IpamDriver.RequestAddress: The center is away",
];

interface Given {
  readonly error?: string;
  readonly policy?: string;
  readonly status?: string;
  /** What the list said a moment before. */
  readonly listed?: string;
  readonly on?: string;
}

/** An engine whose containers are what the test says; one that is started runs, or does not. */
class Containers {
  readonly #containers = new Map<string, Required<Given>>();
  readonly started: string[] = [];
  readonly failures = new Map<string, FairwayError>();
  /** What the engine says instead of showing one. */
  readonly hidden = new Map<string, FairwayError>();
  inspected = 0;

  add(
    id: string,
    {
      error = errors[0] ?? "",
      policy = "always",
      status = "exited",
      listed = status,
      on = "blue",
    }: Given = {},
  ) {
    this.#containers.set(id, { error, policy, status, listed, on });
  }

  async networks() {
    return [network.parse({ Id: "b".repeat(64), Name: "blue" })];
  }

  async containers() {
    return [...this.#containers].map(([Id, { listed, on }]) =>
      listedContainer.parse({
        Id,
        State: listed,
        NetworkSettings: { Networks: { [on]: { NetworkID: "", EndpointID: "" } } },
      }),
    );
  }

  async container(id: string) {
    this.inspected++;
    const hidden = this.hidden.get(id);
    if (hidden !== undefined) throw hidden;
    const { error, policy, status } = this.#containers.get(id) ?? assert.fail();
    return container.parse({
      Id: id,
      Name: `/${id}`,
      State: { Status: status, Error: error },
      HostConfig: { RestartPolicy: { Name: policy } },
    });
  }

  async startContainer(id: string) {
    this.started.push(id);
    const failure = this.failures.get(id);
    if (failure !== undefined) throw failure;
    this.add(id, { error: "", status: "running" });
  }
}

function watch(drivers = onlyFairway) {
  const engine = new Containers();
  const state = { isFresh: true };
  const restarts = new Restarts({ engine, drivers, state, logger: recordingLogger([]) });
  return { engine, state, restarts };
}

/** Lets everything happen that waits for no timer. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn();
}

let nowMs = 0;
mock.method(performance, "now", () => nowMs);
beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());
after(() => mock.restoreAll());

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    nowMs += 500;
    mock.timers.tick(500);
    await settle();
  }
}

test("X10 what an engine gave up for want of its network driver is started again, by every policy that starts", async () => {
  const { engine, restarts } = watch();
  for (const [at, error] of errors.entries()) engine.add(`error${at}`, { error });
  for (const policy of ["always", "unless-stopped", "on-failure"]) engine.add(policy, { policy });
  await using _ = restarts;
  restarts.restartSoon();
  await settle();
  assert.deepEqual(engine.started, [
    "error0",
    "error1",
    "error2",
    "error3",
    "error4",
    "always",
    "unless-stopped",
    "on-failure",
  ]);
});

test("X10 what nobody wants to run, or what failed otherwise, stays as it is", async () => {
  const { engine, restarts } = watch();
  engine.add("stopped", { error: "" });
  engine.add("no policy", { policy: "no" });
  engine.add("never started", { status: "created" });
  engine.add("running", { status: "running" });
  engine.add("being removed", { status: "dead", listed: "exited" });
  engine.add("its own fault", { error: "OCI runtime create failed: exec: nothing: not found" });
  engine.add("another driver's", { error: 'plugin "other" not found' });
  engine.add("elsewhere", { on: "bridge" });
  await using _ = restarts;
  restarts.restartSoon();
  await settle();
  assert.deepEqual(engine.started, []);
  assert.equal(engine.inspected, 5, "the others need no question");
});

test("B01 X10 what an engine gave up for want of another of Fairway's names is started again, too", async () => {
  const { engine, restarts } = watch({
    ...onlyFairway,
    networks: ["fairway", "nuage"],
    ipams: ["nuage-ipam"],
  });
  for (const name of ["nuage", "nuage-ipam", "vlcp"])
    engine.add(name, { error: `plugin "${name}" not found` });
  await using _ = restarts;
  restarts.restartSoon();
  await settle();
  assert.deepEqual(engine.started, ["nuage", "nuage-ipam"]);
});

test("X10 nothing is started while the center is away", async () => {
  const { engine, state, restarts } = watch();
  engine.add("web");
  state.isFresh = false;
  await using _ = restarts;
  restarts.restartSoon();
  await settle();
  assert.deepEqual(engine.started, []);
  state.isFresh = true;
  restarts.restartSoon();
  await settle();
  assert.deepEqual(engine.started, ["web"]);
});

test("X10 what does not start is tried again, ever more rarely, and holds up no other", async () => {
  const { engine, restarts } = watch();
  engine.add("web");
  engine.failures.set("web", new FairwayError("internal", "its address is another's"));
  await using _ = restarts;
  restarts.restartSoon();
  await settle();
  assert.deepEqual(engine.started, ["web"]);
  await pass(10 * 60_000);
  const tries = engine.started.length;
  assert.ok(tries > 8 && tries < 20, `${tries} tries in ten minutes`);
  engine.add("db");
  engine.failures.clear();
  restarts.restartSoon();
  await settle();
  assert.ok(engine.started.includes("db"));
  await pass(60_000);
  const then = engine.started.length;
  assert.equal(engine.started.at(-1), "web");
  await pass(10 * 60_000);
  assert.equal(engine.started.length, then, "what runs is left alone");
});

test("X10 a container that the engine cannot show for a while is started when it can; one that is gone is forgotten", async () => {
  const { engine, restarts } = watch();
  for (const id of ["web", "gone"]) engine.add(id);
  engine.hidden.set("web", new FairwayError("internal", "devicemapper: busy"));
  engine.hidden.set("gone", new FairwayError("not_found", "no such container"));
  await using _ = restarts;
  restarts.restartSoon();
  await settle();
  assert.deepEqual([engine.started, engine.inspected], [[], 2]);
  engine.hidden.delete("web");
  await pass(60_000);
  assert.deepEqual(engine.started, ["web"]);
  const { inspected } = engine;
  await pass(10 * 60_000);
  assert.equal(engine.inspected, inspected, "nobody waits for the other");
});

test("X10 after a call that failed the engine gets time to give its container up", async () => {
  const { engine, restarts } = watch();
  await using _ = restarts;
  restarts.callFailed();
  await pass(5_000);
  engine.add("web");
  await pass(10_000);
  assert.deepEqual(engine.started, ["web"]);
});

test("X10 calls that fail all the time do not keep it from looking", async () => {
  const { engine, restarts } = watch();
  engine.add("web");
  await using _ = restarts;
  for (let calls = 0; calls < 6; calls++) {
    restarts.callFailed();
    await pass(500);
  }
  assert.deepEqual(engine.started, ["web"]);
});

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CenterNames } from "../../../src/agent/names/center-names.ts";
import { KnownNames } from "../../../src/agent/names/known-names.ts";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import type { NetworkNames } from "../../../src/center/schemas/name.ts";
import { FairwayError } from "../../../src/errors.ts";
import { until } from "../../center.ts";
import { quiet } from "../stub-center.ts";

const blue = "00000000-0000-4000-8000-00000000000b";
const asker = { network: blue, address: "10.1.0.2" };
const web = { names: ["web", "www"], addresses: ["10.1.0.7"] };
const item: HostItem = {
  key: "endpoint/1",
  kind: "endpoint",
  endpoint: "00000000-0000-4000-8000-000000000001",
  network: blue,
  mac: "0a:00:00:00:00:01",
  mtu: 1442,
  addresses: ["10.1.0.2/24"],
  engine: null,
  request: "",
};

/** A center that can be away. */
class Center {
  isAway = false;
  names: NetworkNames = { called: ["blue"], bearers: [web] };
  asked = 0;
  /** A network whose names it cannot tell. */
  untold = "";

  async listNames({ network }: { readonly network: string }): Promise<NetworkNames> {
    this.asked++;
    if (network === this.untold) throw new FairwayError("internal", "a damaged row");
    return this.#unlessAway(this.names);
  }

  async resolveName() {
    return this.#unlessAway({ known: false, addresses: [] });
  }

  async reverseLookup() {
    return this.#unlessAway({ known: false, names: [] });
  }

  #unlessAway<Answer>(answer: Answer): Answer {
    if (this.isAway) throw new FairwayError("unavailable", "nobody listens");
    return answer;
  }
}

function start(center: Center, file: string) {
  const state = { items: new Map([[item.key, item]]), isFresh: true };
  const pauses = { pauseMs: 1, occasionMs: 1 };
  const known = new KnownNames({ api: center, hostName: "h1", state, file, logger: quiet, ...pauses });
  const names = new CenterNames({ api: center, hostName: "h1", known, logger: quiet, now: () => 0 });
  return { state, known, names };
}

test("X04 names are known while the center is away, by a process that never heard it, too", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-names-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const file = join(directory, "host-names.json");
  const center = new Center();
  {
    const { known, names } = start(center, file);
    await using _ = known;
    known.look();
    await until(() => known.resolve(blue, "web") !== undefined);
    assert.deepEqual(
      await names.resolve(asker, "web"),
      { known: false, addresses: [] },
      "the center's word counts",
    );
  }
  assert.match(await readFile(file, "utf8"), /"web"/);
  center.isAway = true;
  const { state, known, names } = start(center, file);
  await using _ = known;
  state.isFresh = false;
  await until(() => known.resolve(blue, "web") !== undefined);
  for (const name of ["web", "WWW", "web.blue", "www.Blue"])
    assert.deepEqual(await names.resolve(asker, name), { known: true, addresses: ["10.1.0.7"] }, name);
  assert.equal(await names.resolve(asker, "db"), "away");
  assert.equal(await names.resolve({ ...asker, network: "other" }, "web"), "away");
  assert.deepEqual(await names.reverseLookup(asker, "10.1.0.7"), { known: true, names: ["web.blue"] });
  assert.equal(await names.reverseLookup(asker, "10.1.0.9"), "away");
});

test("what the center tells replaces what was known; a network without containers here is forgotten", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-names-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const center = new Center();
  const { state, known } = start(center, join(directory, "host-names.json"));
  await using _ = known;
  known.look();
  await until(() => known.resolve(blue, "web") !== undefined);
  center.names = { called: ["blue"], bearers: [{ names: ["db"], addresses: ["10.1.0.8"] }] };
  known.look();
  await until(() => known.resolve(blue, "db") !== undefined);
  assert.equal(known.resolve(blue, "web"), undefined);
  state.items.clear();
  known.look();
  await until(() => known.resolve(blue, "db") === undefined);
});

test("X04 a network whose names the center cannot tell is one: the others' are known", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-names-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const center = new Center();
  center.untold = "00000000-0000-4000-8000-00000000000a";
  const { state, known } = start(center, join(directory, "host-names.json"));
  await using _ = known;
  state.items.clear();
  // The one that fails is asked for first.
  state.items.set("first", { ...item, key: "first", network: center.untold });
  state.items.set(item.key, item);
  known.look();
  await until(() => known.resolve(blue, "web") !== undefined);
  assert.equal(known.resolve(center.untold, "web"), undefined);
});

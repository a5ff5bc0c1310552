import assert from "node:assert/strict";
import { test } from "node:test";
import type { Asker } from "../../../src/agent/names/center-names.ts";
import { containerNamer } from "../../../src/agent/names/container-name.ts";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";

const network = "0190a5f0-0000-7000-8000-000000000001";
const item = (engineName: string | null): HostItem => ({
  key: `network/${network}`,
  kind: "network",
  network,
  name: "shop",
  engineId: "a".repeat(64),
  engineName,
  handle: "made",
  removal: null,
});

const namer = (names: readonly string[] | "stranger" | "away", engineName: string | null = "blue") => {
  const asked: unknown[] = [];
  const name = containerNamer({
    names: {
      reverseLookup: async (asker: Asker, address: string) => {
        asked.push([asker, address]);
        return typeof names === "string" ? names : { known: true, names: [...names] };
      },
    },
    state: { items: new Map([["it", item(engineName)]]) },
  });
  return { name, asked };
};

test("N02 a container is named as its user did, without its network, dots and all", async () => {
  const { name, asked } = namer(["web.v2.blue"]);
  assert.deepEqual(await name(network, "10.1.0.2"), { container: "web.v2", network: "blue" });
  assert.deepEqual(asked, [[{ network, address: "10.1.0.2" }, "10.1.0.2"]]);
  assert.deepEqual(await namer(["web.shop"], null).name(network, "10.1.0.2"), {
    container: "web",
    network: "shop",
  });
});

test("N02 a container whose name nobody tells has its network at least", async () => {
  for (const word of ["stranger", "away", []] as const)
    assert.deepEqual(await namer(word).name(network, "10.1.0.2"), { container: undefined, network: "blue" });
  assert.deepEqual(await namer("away").name("another", "10.1.0.2"), {
    container: undefined,
    network: undefined,
  });
});

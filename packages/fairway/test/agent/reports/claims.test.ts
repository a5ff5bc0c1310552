import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { v7 } from "uuid";
import { Links } from "../../../src/agent/ports/links.ts";
import { Claims } from "../../../src/agent/reports/claims.ts";
import { HostState } from "../../../src/agent/state/host-state.ts";
import type { Claim } from "../../../src/center/schemas/claim.ts";
import type { HostItem, HostStateMessage } from "../../../src/center/schemas/host-state.ts";
import { FairwayError } from "../../../src/errors.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { until } from "../../center.ts";
import { enterPrivateNetwork, startNetwork } from "../private-network.ts";
import { quiet } from "../stub-center.ts";

enterPrivateNetwork();
const run = promisify(execFile);
const netlink = new Netlink();
const links = new Links(netlink);
const inside = await startNetwork();
after(() => {
  inside.kill("SIGKILL");
  netlink[Symbol.dispose]();
});

const mac = "02:42:ac:11:00:02";
const idOf = (digit: string) => digit.repeat(64);
const signal = AbortSignal.timeout(60_000);

function endpointItem(
  network: string,
  id: string,
  endpoint = v7(),
): HostItem & { readonly kind: "endpoint" } {
  const engine = { networkId: network, endpointId: id };
  const rest = { network: v7(), mac, mtu: 1442, addresses: ["10.1.0.7/24"], engine, request: "r1" };
  return { key: `endpoint/${endpoint}`, kind: "endpoint", endpoint, ...rest };
}

function networkItem(id: string): HostItem & { readonly kind: "network" } {
  const engine = { options: {}, ipamOptions: {}, ranges: {}, gateways: [], attachable: false };
  const definition = {
    claimed: true,
    mode: "nat",
    internal: false,
    mtuAsked: null,
    options: {},
    labels: {},
    origin: "docker",
    scope: "cluster",
    removal: null,
    subnets: [],
    engine,
  } as const;
  const rest = { name: "blue", engineName: "blue", handle: "made", removal: null, engineId: id } as const;
  return {
    key: `network/${id}`,
    kind: "network",
    network: v7(),
    ...rest,
    definition: { ...definition, sharedWith: [], subnets: [] },
  };
}

/** An endpoint whose link leads into a namespace that lives. */
async function runs(item: HostItem & { readonly kind: "endpoint" }): Promise<void> {
  const names = await links.create({ endpoint: item.endpoint, mac, mtu: 1442 });
  await run("ip", ["link", "set", names.container, "netns", String(inside.pid)]);
}

function host(engineIds: readonly string[] | "silent" = []) {
  const claimed: { readonly id: string; readonly claim: Claim }[] = [];
  const failures = new Map<string, FairwayError>();
  const claims = new Claims({
    api: {
      claimDockerNetwork: async ({ networkId: id }, claim) => {
        const failure = failures.get(id);
        if (failure !== undefined) throw failure;
        claimed.push({ id, claim });
        return { troubles: [] };
      },
    },
    hostName: "host",
    links,
    engineNetworks: async () => {
      if (engineIds === "silent") throw new FairwayError("unavailable", "the engine does not answer");
      return new Set(engineIds);
    },
    logger: quiet,
  });
  return { claims, claimed, failures };
}

test("X04 what runs here and the center does not name is claimed with its network and its ports, and nothing else", async () => {
  const [living, half, gone, known] = ["a", "b", "c", "d"].map((digit) =>
    endpointItem(idOf("1"), idOf(digit)),
  );
  assert.ok(living && half && gone && known);
  await runs(living);
  await runs(known);
  // Its container's end is still, or again, on the host.
  await links.create({ endpoint: half.endpoint, mac, mtu: 1442 });
  const { claims, claimed } = host([idOf("1")]);
  const ports = [{ protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 }] as const;
  const published = {
    key: `published/${living.endpoint}`,
    kind: "published",
    endpoint: living.endpoint,
  } as const;
  const kept: HostItem[] = [
    living,
    half,
    gone,
    known,
    networkItem(idOf("1")),
    networkItem(idOf("2")),
    { ...published, network: v7(), addresses: ["10.1.0.7"], ports: [...ports] },
  ];
  assert.equal(await claims.claim(kept, [known], signal), true);
  const [only, ...others] = claimed;
  assert.deepEqual(others, []);
  assert.equal(only?.id, idOf("1"));
  assert.equal(only.claim.network?.name, "blue");
  assert.deepEqual(only.claim.endpoints, [
    { endpointId: idOf("a"), addresses: ["10.1.0.7"], mac, ports: [...ports], request: "r1" },
  ]);
  assert.deepEqual([...claims.undescribed], [idOf("a")]);
  // The center's next word counts, whatever it is.
  assert.equal(await claims.claim(kept, [known], signal), false);
});

test("X04 networks are claimed while the engine is silent; what one's claim is refused for is no other's matter", async () => {
  const { claims, claimed, failures } = host("silent");
  failures.set(idOf("1"), new FairwayError("invalid", "no"));
  assert.equal(await claims.claim([networkItem(idOf("1")), networkItem(idOf("2"))], [], signal), true);
  assert.deepEqual(
    claimed.map(({ id }) => id),
    [idOf("2")],
  );
  const away = host("silent");
  away.failures.set(idOf("1"), new FairwayError("unavailable", "away"));
  await assert.rejects(away.claims.claim([networkItem(idOf("1"))], [], signal), /away/);
});

test("X04 a claim that the center did not answer is made again at its next word", async () => {
  const { claims, claimed, failures } = host([idOf("9")]);
  const item = networkItem(idOf("9"));
  failures.set(idOf("9"), new FairwayError("unavailable", "no leader"));
  await assert.rejects(claims.claim([item], [], signal), { code: "unavailable" });
  failures.clear();
  assert.equal(await claims.claim([item], [], signal), true);
  assert.deepEqual(
    claimed.map(({ id }) => id),
    [idOf("9")],
  );
});

test("X04 until the center has said anew what was claimed, a host goes by its last word", async () => {
  const item = endpointItem(idOf("1"), idOf("a"));
  const steps: string[] = [];
  const seen: number[] = [];
  let items: readonly HostItem[] = [item];
  const stream = new AbortController();
  const api = {
    async *followHostState(): AsyncGenerator<HostStateMessage, void> {
      steps.push(`snapshot of ${items.length}`);
      yield { type: "snapshot", revision: "1", items: [...items] };
      if (items.length > 0) await new Promise((resolve) => stream.signal.addEventListener("abort", resolve));
    },
  };
  const claims = {
    claim: async (kept: Iterable<HostItem>, said: readonly HostItem[]) => {
      if ([...kept].length <= said.length) return false;
      steps.push("claim");
      items = [item];
      return true;
    },
  };
  await using state = new HostState({
    api,
    claims,
    hostName: "h1",
    logger: quiet,
    onUnknownHost: async () => undefined,
    kept: { read: async () => ({ format: 2, revision: "0", items: [item] }), keep: () => undefined },
  });
  state.onChange("note the items", () => void seen.push(state.items.size));
  items = [];
  await until(() => state.isFresh);
  stream.abort();
  assert.deepEqual(steps.slice(0, 3), ["snapshot of 0", "claim", "snapshot of 1"]);
  assert.ok(
    seen.every((count) => count === 1),
    `the host had ${seen.join(", ")} items`,
  );
});

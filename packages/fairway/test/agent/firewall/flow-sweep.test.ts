import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { after, before, beforeEach, test } from "node:test";
import { Conntrack } from "../../../src/agent/firewall/conntrack.ts";
import { FlowSweep } from "../../../src/agent/firewall/flow-sweep.ts";
import type { Elements } from "../../../src/agent/firewall/ruleset.ts";
import type { HostEndpointItem, HostItem } from "../../../src/center/schemas/host-state.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { run } from "../../../src/host/program.ts";
import { silent } from "../../../src/logger.ts";
import { until } from "../chassis.ts";
import { enterPrivateNetwork } from "../private-network.ts";

enterPrivateNetwork();
const netlink = new Netlink("netfilter");
after(() => netlink[Symbol.dispose]());
const conntrack = new Conntrack(netlink);
const blue = { key: "uplink/blue", number: 64_001 };
const red = { key: "uplink/red", number: 64_002 };

/** Two containers of blue and one of red, each with a flow, by its source port. */
const rules = `
table inet test {
  chain zones { type filter hook output priority -300;
    ip saddr 127.0.1.0/24 ct original zone set ${blue.number};
    ip saddr 127.0.2.0/24 ct original zone set ${red.number}; }
}`;
const containers = { "127.0.1.2": blue, "127.0.1.3": blue, "127.0.2.2": red };

async function program(name: string, words: readonly string[], input = ""): Promise<void> {
  const { code, stderr } = await run(name, words, { input });
  assert.equal(code, 0, stderr);
}

before(async () => {
  await program("ip", ["link", "set", "lo", "up"]);
  await program("nft", ["-f", "-"], rules);
});

beforeEach(async () => {
  await conntrack.remove(await conntrack.list(4, () => true));
  for (const address of Object.keys(containers)) {
    const socket = createSocket("udp4").bind(0, address);
    await once(socket, "listening");
    await new Promise((resolve) => socket.send("x", 7000, "127.0.0.1", resolve));
    await new Promise<void>((resolve) => socket.close(resolve));
  }
  assert.deepEqual(await sources(), Object.keys(containers));
});

async function sources(): Promise<string[]> {
  const flows = await conntrack.list(4, ({ zone }) => zone > 0);
  return flows.map(({ source }) => source.address).sort();
}

/** What a host with these containers has. */
function host() {
  const items = new Map<string, HostItem>();
  for (const { key } of [blue, red]) items.set(key, { key, kind: "uplink" } as HostItem);
  for (const [address, { key }] of Object.entries(containers)) {
    const network = key.replace("uplink/", "");
    const endpoint: Partial<HostEndpointItem> = { kind: "endpoint", network, addresses: [`${address}/24`] };
    items.set(`endpoint/${address}`, { key: `endpoint/${address}`, ...endpoint } as HostItem);
  }
  let looks = 0;
  let isLooking = false;
  const known = { elements: new Map() as Elements, ports: new Map<string, { number: number }>() };
  const sweep = new FlowSweep({
    conntrack: {
      remove: (flows) => conntrack.remove(flows),
      list: async (family, wanted) => {
        looks++;
        isLooking = true;
        const flows = await conntrack.list(family, wanted);
        isLooking = false;
        return flows;
      },
    },
    state: { items },
    ports: () => known.ports,
    elements: () => known.elements,
    logger: silent,
  });
  sweep.follow();
  const looksUntilNow = async () => {
    await until("sweep to end", async () => {
      await new Promise(setImmediate);
      assert.equal(isLooking, false);
    });
    return looks;
  };
  return { items, known, sweep, looksUntilNow };
}

const ports = new Map([blue, red].map(({ key, number }) => [key, { number }]));

/** The table's elements for an uplink, as far as a sweep reads them. */
const elementsFor = (...uplinks: readonly (typeof blue)[]): Elements =>
  new Map([["zone_of", new Set(uplinks.map(({ key, number }) => `"${key}" : ${number}`))]]) as Elements;

test("N15 until the rules are there, no flow is removed, though none of them seems to have any", async () => {
  const { items, known, sweep } = host();
  await using _ = sweep;
  items.delete("endpoint/127.0.1.2");
  sweep.follow(["endpoint/127.0.1.2"]);
  await new Promise(setImmediate);
  known.elements = elementsFor(blue, red);
  known.ports = ports;
  sweep.rulesApplied(true);
  await until("removal of the flow whose container is gone, and of no other", async () =>
    assert.deepEqual(await sources(), ["127.0.1.3", "127.0.2.2"]),
  );
});

test("N15 flows of an uplink that the rules are without for now stay; those of one that is gone do not", async () => {
  const { items, known, sweep } = host();
  await using _ = sweep;
  known.ports = ports;
  items.delete(red.key);
  known.elements = elementsFor(red);
  sweep.rulesApplied(true);
  await new Promise(setImmediate);
  known.elements = elementsFor();
  sweep.rulesApplied(true);
  await until("removal of the flow whose uplink is gone, and of no other", async () =>
    assert.deepEqual(await sources(), ["127.0.1.2", "127.0.1.3"]),
  );
});

test("N15 the kernel's flows are listed where the rules or the host's addresses have changed, not at each comparison", async () => {
  const { known, sweep, looksUntilNow } = host();
  await using _ = sweep;
  known.elements = elementsFor(blue, red);
  const perSweep = 2;
  sweep.rulesApplied(false);
  assert.equal(await looksUntilNow(), perSweep);
  sweep.rulesApplied(false);
  assert.equal(await looksUntilNow(), perSweep);
  await program("ip", ["address", "add", "192.0.2.1/24", "dev", "lo"]);
  sweep.rulesApplied(false);
  assert.equal(await looksUntilNow(), 2 * perSweep);
  sweep.rulesApplied(true);
  assert.equal(await looksUntilNow(), 3 * perSweep);
});

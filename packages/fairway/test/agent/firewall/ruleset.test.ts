import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { placeOf, relayAddresses } from "../../../src/agent/firewall/publication.ts";
import { changes, elementsOf, type HostFacts, wholeTable } from "../../../src/agent/firewall/ruleset.ts";
import type { HostUplinkItem } from "../../../src/center/schemas/host-state.ts";

const facts: HostFacts = {
  wireBridges: new Set(),
  notForwarding: new Set(),
  tunnelPort: 6081,
  services: "all",
  ownAddresses: new Map(),
};

function uplinkOf(network: string, number: number, mode: HostUplinkItem["mode"] = "nat") {
  const item: HostUplinkItem = {
    key: `uplink/${network}`,
    kind: "uplink",
    network,
    name: network,
    mode,
    ifaceId: network,
    mac: "0a:00:00:00:00:02",
    addresses: [],
    router: { mac: "0a:00:00:00:00:01", addresses: [] },
    cidrs: [],
    mtu: 1442,
  };
  return { item, name: `fw-leg${network}`, number };
}

const published = fc.record({
  id: fc.constant("e"),
  network: fc.constantFrom("a", "b", "c"),
  protocol: fc.constantFrom("tcp", "udp", "sctp"),
  hostAddress: fc.constantFrom(null, "0.0.0.0", "::", "127.0.0.1", "::1", "192.0.2.1"),
  hostPort: fc.integer({ min: 1, max: 9 }),
  targets: fc.constantFrom(
    [{ address: "10.1.0.2", port: 80 }],
    [
      { address: "10.1.0.2", port: 80 },
      { address: "fd01::2", port: 80 },
    ],
  ),
  relays: fc.constantFrom([], [{ address: relayAddresses[6], port: 40_000 }]),
  from: fc.constantFrom(
    undefined,
    [],
    ["0.0.0.0/0", "::/0"],
    ["10.0.0.0/8"],
    ["10.1.0.0/16", "10.0.0.0/8", "2001:db8::/32", "192.0.2.1/32", "192.0.2.1/32"],
  ),
});
const elements = fc.tuple(fc.subarray(["a", "b", "c"]), fc.array(published)).map(([networks, ports]) =>
  elementsOf(
    networks.map((each, at) => uplinkOf(each, 64_000 + at)),
    ports,
    facts,
  ),
);

/** Of a map's element; a key has one value at a time. */
const keyOf = (element: string) => element.split(" : ", 1)[0] ?? "";
/** Tables as nft has them: of a map with two values for one key it takes none. */
const uniqueElements = elements.filter((each) =>
  [...each.values()].every((set) => new Set([...set].map(keyOf)).size === set.size),
);

test("while one table becomes another no key of a map has two values: what goes, goes first", () => {
  fc.assert(
    fc.property(uniqueElements, uniqueElements, (from, to) => {
      const model = new Map([...from].map(([name, set]) => [name as string, new Set([...set].map(keyOf))]));
      for (const line of changes(from, to)) {
        const [, verb, name = "", list = ""] =
          /^(add|delete) element \S+ \S+ (\w+) \{ (.*) \}$/.exec(line) ?? [];
        for (const key of list.split(", ").map(keyOf)) {
          assert.equal(model.get(name)?.has(key), verb === "delete", line);
          if (verb === "delete") model.get(name)?.delete(key);
          else model.get(name)?.add(key);
        }
      }
    }),
  );
});

test("the changes from one table to another delete what is over and add what is missing, and nothing else", () => {
  fc.assert(
    fc.property(elements, elements, (from, to) => {
      const model = new Map([...from].map(([name, set]) => [name as string, new Set(set)]));
      for (const line of changes(from, to)) {
        const [, verb, name = "", list = ""] =
          /^(add|delete) element inet fairway (\w+) \{ (.*) \}$/.exec(line) ?? [];
        for (const element of list.split(", ")) {
          assert.equal(model.get(name)?.has(element), verb === "delete", line);
          if (verb === "delete") model.get(name)?.delete(element);
          else model.get(name)?.add(element);
        }
      }
      assert.deepEqual(model, new Map(to));
    }),
  );
});

test("equal tables need no change", () => {
  fc.assert(fc.property(elements, (each) => assert.deepEqual(changes(each, each), [])));
});

test("a port that is published on one address is led from that address alone", () => {
  const only = (hostAddress: string | null) =>
    [
      ...elementsOf(
        [uplinkOf("a", 64_000)],
        [
          {
            id: "e",
            network: "a",
            protocol: "tcp",
            hostAddress,
            hostPort: 8080,
            targets: [
              { address: "10.1.0.2", port: 80 },
              { address: "fd01::2", port: 80 },
            ],
            relays: [],
          },
        ],
        facts,
      ),
    ]
      .filter(([name, set]) => name.startsWith("pub") && set.size > 0)
      .map(([name]) => name);
  assert.deepEqual(only(null), ["pub4", "pub6"]);
  assert.deepEqual(only("0.0.0.0"), ["pub4"]);
  assert.deepEqual(only("127.0.0.1"), ["pub_at4"]);
  assert.deepEqual(only("::1"), ["pub_at4", "pub_at6"], "and from a loopback address that is its own");
  assert.match(placeOf("::1", 4), /^127\./);
});

test("N09 an uplink by which the host reaches others gives its address to what the host sends, and has no zone", () => {
  const { item, number } = uplinkOf("a", 0);
  const table = elementsOf(
    [{ item: { ...item, kind: "host-access" }, name: "fw-legha", number }, uplinkOf("a", 64_000)],
    [],
    facts,
  );
  const of = (name: Parameters<typeof table.get>[0]) => [...(table.get(name) ?? [])];
  assert.deepEqual(of("host_access"), ['"fw-legha"']);
  assert.deepEqual(of("guarded"), ['"fw-legha"', '"fw-lega"']);
  assert.deepEqual(of("zone_of"), ['"fw-lega" : 64000']);
});

test("N05 what leaves a routed network is not masqueraded, and everybody may enter it", () => {
  const table = elementsOf([uplinkOf("a", 64_000), uplinkOf("b", 64_001, "routed")], [], facts);
  assert.deepEqual([...(table.get("masqueraded") ?? [])], ["64000"]);
  assert.deepEqual([...(table.get("guarded") ?? [])], ['"fw-lega"']);
  assert.match(wholeTable(table, true), /^add table inet fairway\ndelete table inet fairway\n/);
});

test("R04 what enters a network that leaves by a gateway, or by a wire, gets the uplink's address", () => {
  const { item, ...led } = uplinkOf("a", 64_000);
  const table = elementsOf(
    [
      { ...led, item: { ...item, leavesElsewhere: true } },
      uplinkOf("b", 64_001),
      uplinkOf("c", 64_002, "wire"),
    ],
    [],
    facts,
  );
  assert.deepEqual([...(table.get("elsewhere") ?? [])], ['"fw-lega"', '"fw-legc"']);
  assert.match(wholeTable(table, true), /oifname @elsewhere masquerade/);
});

test("N16 what a container sends to its gateway gets the host's own address, in the families in which it has one", () => {
  const { item, ...uplink } = uplinkOf("a", 64_000);
  const addressed = { ...uplink, item: { ...item, addresses: ["169.254.77.2/30", "fdfa::2/126"] } };
  const ownAddresses = new Map([[4, "192.0.2.1"]] as const);
  const table = elementsOf([addressed], [], { ...facts, ownAddresses });
  assert.deepEqual([...(table.get("host_at4") ?? [])], ["169.254.77.2 : 192.0.2.1"]);
  assert.deepEqual([...(table.get("host_at6") ?? [])], []);
  assert.equal(elementsOf([addressed], [], facts).get("host_at4")?.size, 0);
  const targets = [{ address: "10.1.0.2", port: 80 }];
  const port = { id: "e", network: "a", protocol: "tcp", hostPort: 8080, targets, relays: [] } as const;
  const placesOf = (hostAddress: string) =>
    [
      ...(elementsOf([addressed], [{ ...port, hostAddress }], { ...facts, ownAddresses }).get("pub_at4") ??
        []),
    ].map((element) => element.split(" . ")[0]);
  assert.deepEqual(
    placesOf("192.0.2.1"),
    ["192.0.2.1", "169.254.77.2"],
    "what is published on that address, too",
  );
  assert.deepEqual(placesOf("192.0.2.2"), ["192.0.2.2"]);
});

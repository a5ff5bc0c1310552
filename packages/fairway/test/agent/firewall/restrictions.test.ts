import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import type { Flow } from "../../../src/agent/firewall/conntrack.ts";
import type { Publication } from "../../../src/agent/firewall/publication.ts";
import { RefusedFlows } from "../../../src/agent/firewall/refused-flows.ts";
import { elementsOf, type HostFacts } from "../../../src/agent/firewall/ruleset.ts";
import { contains, parseCidr, parseIp } from "../../../src/ip.ts";

const [host, host6] = ["192.0.2.1", "2001:db8::1"];
const hostAddresses = new Set([host, "192.0.2.2", host6, "169.254.77.2"]);
const number = 64_000;

const facts: HostFacts = {
  wireBridges: new Set(),
  notForwarding: new Set(),
  tunnelPort: 6081,
  services: "all",
  ownAddresses: new Map([
    [4, host],
    [6, host6],
  ]),
};

const uplink = {
  item: {
    key: "uplink/a",
    kind: "uplink" as const,
    network: "a",
    name: "blue",
    mode: "nat" as const,
    addresses: ["169.254.77.2/30"],
  },
  name: "fw-lega",
  number,
};

const web: Publication = {
  id: "e",
  network: "a",
  protocol: "tcp",
  hostAddress: null,
  hostPort: 8080,
  targets: [{ address: "10.1.0.3", port: 80 }],
  relays: [],
};

const tableOf = (change: Partial<Publication>) => elementsOf([uplink], [{ ...web, ...change }], facts);
const setsOf = (change: Partial<Publication>) =>
  Object.fromEntries(
    [...tableOf(change)]
      .filter(([name, set]) => /^(limited|from|inside)/.test(name) && set.size > 0)
      .map(([name, set]) => [name, [...set]]),
  );

function flow(source: string, destination: string, change: Partial<Flow> = {}): Flow {
  return {
    family: source.includes(":") ? 6 : 4,
    protocol: 6,
    source: { address: source, port: 5555 },
    destination: { address: destination, port: 8080 },
    answeredBy: { address: "10.1.0.3", port: 80 },
    zone: 0,
    mark: number,
    isDestinationTranslated: true,
    handle: [],
    ...change,
  };
}

test("N12 a port that is everybody's has no elements, and one that is nobody's those of the port alone", () => {
  assert.deepEqual(setsOf({}), {});
  assert.deepEqual(setsOf({ from: ["0.0.0.0/0", "10.0.0.0/8", "::/0"] }), {});
  assert.deepEqual(setsOf({ from: [] }), {
    limited4: ["0.0.0.0/0 . tcp . 8080"],
    limited6: ["::/0 . tcp . 8080"],
  });
});

test("N12 a port of some is limited in both families; who says one of IPv4 alone says nobody of IPv6", () => {
  assert.deepEqual(setsOf({ from: ["10.0.0.0/8", "10.1.0.0/16"] }), {
    limited4: ["0.0.0.0/0 . tcp . 8080"],
    from4: ["0.0.0.0/0 . tcp . 8080 . 10.0.0.0/8"],
    limited6: ["::/0 . tcp . 8080"],
  });
  assert.deepEqual(
    setsOf({ from: ["0.0.0.0/0"] }),
    { limited6: ["::/0 . tcp . 8080"] },
    "everybody of IPv4 and nobody of IPv6",
  );
});

test("N12 a port on one address is limited there, and where containers' gateways stand for the address", () => {
  assert.deepEqual(setsOf({ hostAddress: host, from: ["192.0.2.0/24"] }), {
    limited4: ["192.0.2.1 . tcp . 8080", "169.254.77.2 . tcp . 8080"],
    from4: ["192.0.2.1 . tcp . 8080 . 192.0.2.0/24", "169.254.77.2 . tcp . 8080 . 192.0.2.0/24"],
    inside4: ["192.0.2.1 . tcp . 8080", "169.254.77.2 . tcp . 8080"],
  });
  assert.deepEqual(Object.keys(setsOf({ hostAddress: host6, from: ["10.0.0.0/8"] })), ["limited6"]);
});

test("N12 a family that the container has not is limited, too: a socket of ours would lead it on", () => {
  const udp = { protocol: "udp", relays: [{ address: "fd66:6169:7277:6179::53", port: 40_000 }] } as const;
  assert.deepEqual(setsOf({ ...udp, from: ["10.0.0.0/8"] })["limited6"], ["::/0 . udp . 8080"]);
});

test("N12 a flow whose sender may not reach the port by now is found, whatever it began as", () => {
  const refused = new RefusedFlows(tableOf({ from: ["198.51.100.0/24", "2001:db8:5::/48"] }));
  const is = (each: Flow) => refused.has(each, hostAddresses);
  assert.equal(is(flow("198.51.100.7", host)), false);
  assert.equal(is(flow("203.0.113.7", host)), true);
  assert.equal(is(flow("203.0.113.7", "192.0.2.2")), true, "by another address of the host");
  assert.equal(is(flow("203.0.113.7", "192.0.2.9")), false, "to another host");
  assert.equal(
    is(flow("203.0.113.7", host, { isDestinationTranslated: false, mark: 0 })),
    true,
    "to a socket",
  );
  assert.equal(is(flow("203.0.113.7", host, { protocol: 17 })), false, "another protocol");
  assert.equal(is(flow("203.0.113.7", host, { destination: { address: host, port: 8081 } })), false);
  assert.equal(is(flow("2001:db8:5::7", host6)), false);
  assert.equal(is(flow("2001:db8:6::7", host6)), true);
  assert.equal(is(flow(host, host)), false, "the host itself");
  assert.equal(is(flow("127.0.0.1", "127.0.0.1")), false, "the host itself");
  assert.equal(refused.mayHave({ protocol: 6, destinationPort: 8080 }), true);
  assert.equal(refused.mayHave({ protocol: 17, destinationPort: 8080 }), false);
});

test("N12 a container behind NAT is judged as its host, and not by an address of its own choice", () => {
  const is = (from: readonly string[]) =>
    new RefusedFlows(tableOf({ from })).has(flow("198.51.100.7", host, { zone: number }), hostAddresses);
  assert.equal(is(["198.51.100.0/24"]), true, "it has chosen an address of those who may");
  assert.equal(is(["192.0.2.0/24"]), false, "its host may");
});

test("N12 property: a flow is refused where no subnet has its sender", () => {
  const byte = fc.nat(3);
  const cidr = fc.tuple(byte, byte, fc.constantFrom(0, 8, 14, 16, 30, 32)).map(([a, b, prefix]) => {
    const { first, prefix: length } = parseCidr(`10.${a}.0.${b}/${prefix}`);
    return `${[24n, 16n, 8n, 0n].map((bits) => (first >> bits) & 255n).join(".")}/${length}`;
  });
  fc.assert(
    fc.property(fc.array(cidr), byte, byte, (from, a, b) => {
      const client = `10.${a}.0.${b}`;
      const isOne = from.some((each) => contains(parseCidr(each), parseIp(client)));
      assert.equal(new RefusedFlows(tableOf({ from })).has(flow(client, host), hostAddresses), !isOne);
    }),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Flow } from "../../../src/agent/firewall/conntrack.ts";
import { type Publication, relayAddresses } from "../../../src/agent/firewall/publication.ts";
import { elementsOf, type HostFacts } from "../../../src/agent/firewall/ruleset.ts";
import { addressKey, staleFlows, worthALook } from "../../../src/agent/firewall/stale-flows.ts";

const [host, other, host6] = ["192.0.2.1", "192.0.2.9", "2001:db8::1"];
const [tcp, udp] = [6, 17];
const number = 64_000;

const facts: HostFacts = {
  wireBridges: new Set(),
  notForwarding: new Set(),
  tunnelPort: 6081,
  services: "all",
  ownAddresses: new Map(),
};

const uplink = {
  item: {
    key: "uplink/a",
    kind: "uplink" as const,
    network: "a",
    name: "blue",
    mode: "nat" as const,
    ifaceId: "",
    mac: "0a:00:00:00:00:01",
    addresses: [],
    router: { mac: "0a:00:00:00:00:02", addresses: [] },
    cidrs: ["10.1.0.0/24"],
    mtu: 1442,
  },
  name: "fw-lega",
  number,
};

const syslog: Publication = {
  id: "e",
  network: "a",
  protocol: "udp",
  hostAddress: null,
  hostPort: 514,
  targets: [{ address: "10.1.0.3", port: 5514 }],
  relays: [{ address: relayAddresses[6], port: 40_000 }],
};

function flow(change: Partial<Flow> = {}): Flow {
  return {
    family: 4,
    protocol: udp,
    source: { address: other, port: 5555 },
    destination: { address: host, port: 514 },
    answeredBy: { address: host, port: 514 },
    zone: 0,
    mark: 0,
    isDestinationTranslated: false,
    handle: [],
    ...change,
  };
}

const led = (address: string, port: number, change: Partial<Flow> = {}) =>
  flow({ mark: number, isDestinationTranslated: true, answeredBy: { address, port }, ...change });

function isStale(each: Flow, publications = [syslog], gone: string[] = []): boolean {
  const elements = elementsOf([uplink], publications, facts);
  const now = {
    elements,
    uplinks: new Set<number>(),
    hostAddresses: new Set([host, host6, "169.254.77.2"]),
    gone: new Set(gone),
  };
  const stale = staleFlows([each], now).length === 1;
  const isLookedAt = worthALook(elements)({ ...each, destinationPort: each.destination.port });
  assert.ok(isLookedAt || !stale, "what is stale is looked at");
  return stale;
}

test("N15 a UDP flow that began before its port was published, or that leads to another container or port, is stale", () => {
  assert.equal(isStale(flow()), true, "began before");
  assert.equal(
    isStale(flow({ zone: number, source: { address: "10.1.0.9", port: 1 } })),
    true,
    "of a container",
  );
  assert.equal(isStale(led("10.1.0.3", 5514)), false, "as it should be");
  assert.equal(isStale(led("10.1.0.2", 5514)), true, "another container");
  assert.equal(isStale(led("10.1.0.3", 514)), true, "another port");
  assert.equal(isStale(led("10.1.0.3", 5514), []), true, "no longer published");
  const at = (hostAddress: string) => [{ ...syslog, hostAddress, relays: [] }];
  assert.equal(isStale(flow(), at(host)), true, "published on that address");
  assert.equal(isStale(flow(), at("192.0.2.2")), false, "published on another address");
  assert.equal(isStale(led("10.1.0.3", 5514), at("192.0.2.2")), true, "no longer published on that address");
});

test("N16 a UDP flow to the gateway that began before its port was published is stale; one to a service of the host goes on", () => {
  const toGateway = (port: number) =>
    flow({
      zone: number,
      source: { address: "10.1.0.7", port: 5555 },
      destination: { address: "169.254.77.2", port },
      answeredBy: { address: host, port },
      isDestinationTranslated: true,
    });
  assert.equal(isStale(toGateway(514)), true);
  assert.equal(isStale(toGateway(123)), false);
});

test("N15 what a relay of ours leads on is stale when the port is gone, in the family that it is for alone", () => {
  const destination = { address: host6, port: 514 };
  const relayed = flow({
    family: 6,
    destination,
    isDestinationTranslated: true,
    answeredBy: { address: relayAddresses[6], port: 40_000 },
  });
  assert.equal(isStale(relayed), false);
  assert.equal(isStale(relayed, []), true);
  assert.equal(isStale({ ...relayed, answeredBy: { address: relayAddresses[6], port: 40_001 } }), true);
  assert.equal(isStale(flow({ family: 6, destination })), true, "began before");
  assert.equal(isStale(flow({ family: 6, destination }), [{ ...syslog, relays: [] }]), false);
});

test("N15 every flow of a container that is gone, or of an uplink that is gone, is stale", () => {
  const gone = [addressKey(number, "10.1.0.2")];
  const out = flow({
    protocol: tcp,
    zone: number,
    source: { address: "10.1.0.2", port: 1 },
    destination: { address: other, port: 443 },
  });
  assert.equal(isStale(out, [], gone), true);
  assert.equal(isStale({ ...out, source: { address: "10.1.0.3", port: 1 } }, [], gone), false);
  assert.equal(isStale(led("10.1.0.2", 80, { protocol: tcp }), [], gone), true);
  assert.equal(
    isStale(led("10.1.0.3", 80, { protocol: tcp }), [], gone),
    false,
    "it goes on with its container",
  );
  assert.equal(isStale({ ...out, zone: number + 1 }), true, "no uplink has that number");
  assert.equal(isStale(led("10.1.0.3", 80, { protocol: tcp, mark: number + 1 })), true);
});

test("N12 a flow to a published port is stale when its sender may not reach it by now, TCP too", () => {
  const web = { ...syslog, protocol: "tcp", hostPort: 8080, relays: [] } as const;
  const running = led("10.1.0.3", 5514, { protocol: tcp, destination: { address: host, port: 8080 } });
  assert.equal(isStale(running, [web]), false);
  assert.equal(isStale(running, [{ ...web, from: ["192.0.2.0/24"] }]), false);
  assert.equal(isStale(running, [{ ...web, from: ["198.51.100.0/24"] }]), true);
  const proxied = { ...running, mark: 0, isDestinationTranslated: false };
  assert.equal(isStale(proxied, [{ ...web, from: [] }]), true, "to a socket of ours");
});

test("X09 flows of others are not touched, whatever they look like", () => {
  const foreign = { isDestinationTranslated: true, answeredBy: { address: "172.17.0.2", port: 53 } };
  assert.equal(isStale(flow({ ...foreign, destination: { address: host, port: 53 } })), false);
  assert.equal(isStale(flow({ ...foreign, mark: 1, destination: { address: host, port: 53 } }), []), false);
  assert.equal(isStale(flow({ ...foreign, zone: 7 }), []), false);
  assert.equal(isStale(flow({ destination: { address: other, port: 514 } })), false, "to another host");
  assert.equal(isStale(flow({ destination: { address: "::1", port: 514 }, family: 6 })), false);
  assert.equal(isStale(flow({ protocol: tcp })), false);
  assert.equal(isStale(flow({ destination: { address: host, port: 515 } })), false);
});

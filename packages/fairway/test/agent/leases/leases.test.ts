import assert from "node:assert/strict";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { v7 } from "uuid";
import { openKeptLeases } from "../../../src/agent/leases/kept-leases.ts";
import type { LeasePlace } from "../../../src/agent/leases/lease.ts";
import { Leases } from "../../../src/agent/leases/leases.ts";
import { Links } from "../../../src/agent/ports/links.ts";
import { Troubles } from "../../../src/agent/state/troubles.ts";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { silent } from "../../../src/logger.ts";
import { DhcpServer } from "../../host/dhcp-server.ts";
import { sh } from "../chassis-network.ts";
import { enterPrivateNetwork, startNetwork } from "../private-network.ts";

enterPrivateNetwork();

describe("leases of a host's containers", () => {
  const stack = new AsyncDisposableStack();
  const signal = AbortSignal.timeout(90_000);
  const place: LeasePlace = { network: v7(), physicalNetwork: v7(), vlan: null };
  const engineId = "f".repeat(64);
  let directory: string;
  let serverAt: number;
  let server: DhcpServer;

  const options = ["dhcp-range=10.50.0.100,10.50.0.150,255.255.255.0,2m", "dhcp-option=58,3"];
  before(async () => {
    const lan = await startNetwork();
    stack.defer(() => void lan.kill("SIGKILL"));
    serverAt = lan.pid ?? 0;
    const made = await mkdtempDisposable(join(tmpdir(), "fairway-leases-"));
    stack.use(made);
    directory = made.path;
    // Who has a lease answers for the address, as a container does.
    await sh(`ip link add nic type veth peer name far netns ${lan.pid}; ip link set nic up
      nsenter -t ${lan.pid} -n sh -ec 'ethtool -K far tx off >/dev/null; ip link set far up; ip address add 10.50.0.1/24 dev far
        for last in $(seq 100 150); do ip neigh replace 10.50.0.$last lladdr 0a:00:00:00:00:01 dev far; done'`);
    server = await DhcpServer.start(directory, serverAt, options);
    stack.defer(() => server[Symbol.asyncDispose]());
  });
  after(() => stack.disposeAsync());

  /** A host's leases, and what belongs to them: none at first. */
  function startHost() {
    const own = new AsyncDisposableStack();
    const netlink = own.use(new Netlink());
    const bridge: HostItem = {
      key: `provider-bridge/${place.physicalNetwork}`,
      kind: "provider-bridge",
      physicalNetwork: place.physicalNetwork,
      name: "lan",
      interface: "nic",
    };
    const items = new Map<string, HostItem>([[bridge.key, bridge]]);
    const state = { items, isFresh: true };
    const troubles = new Troubles(() => undefined);
    const kept = own.use(openKeptLeases(join(directory, "host-leases.json"), silent));
    const leases = own.use(new Leases({ state, links: new Links(netlink), troubles, kept, logger: silent }));
    const has = (ip: string, mac: string) => {
      const endpoint = v7();
      const key = `endpoint/${endpoint}`;
      const { network, physicalNetwork, vlan } = place;
      const engine = { networkId: engineId, endpointId: engineId };
      const item = { endpoint, network, mac, mtu: 1500, addresses: [`${ip}/24`], engine, request: "" };
      items.set(key, { key, kind: "endpoint", ...item, lease: { physicalNetwork, vlan } });
      leases.follow([key]);
      return { endpoint, go: () => items.delete(key) };
    };
    return { leases, troubles, has, [Symbol.asyncDispose]: () => own.disposeAsync() };
  }
  type Host = ReturnType<typeof startHost>;

  const until = async (what: string, holds: () => boolean | Promise<boolean>) => {
    while (!(await holds())) {
      if (signal.aborted) throw new Error(`never: ${what}`);
      await sleep(50);
    }
  };
  const renewal = async ({ leases }: Host, ip: string) => {
    const before = leases.find(place.network, ip)?.renewMs ?? 0;
    await until(`a renewal of ${ip}`, () => (leases.find(place.network, ip)?.renewMs ?? 0) > before);
  };

  it("I10 a lease is taken, renewed, known to the next process, and given back; the next container is who the last one was", async () => {
    let host = startHost();
    const lease = await host.leases.take({ place }, signal);
    host.has(lease.ip, lease.mac);
    await until("the server's lease", async () => (await server.leases())[lease.ip] === lease.mac);
    await renewal(host, lease.ip);
    await host[Symbol.asyncDispose]();
    host = startHost();
    host.has(lease.ip, lease.mac);
    await until("the kept lease", () => host.leases.find(place.network, lease.ip) !== undefined);
    await renewal(host, lease.ip);
    await host.leases.release(place.network, lease.ip);
    await until("the release", async () => (await server.leases())[lease.ip] === undefined);
    const [again, other] = [
      await host.leases.take({ place }, signal),
      await host.leases.take({ place }, signal),
    ];
    assert.deepEqual([again.ip, again.mac], [lease.ip, lease.mac]);
    assert.notEqual(other.mac, lease.mac);
    assert.notEqual(other.ip, lease.ip);
    for (const { ip } of [again, other]) await host.leases.release(place.network, ip);
    await host[Symbol.asyncDispose]();
  });

  it("I10 the lease of a container is found again although nobody wrote it down; one MAC address's becomes another's", async () => {
    await using host = startHost();
    const [ip, mac] = ["10.50.0.140", "0a:00:00:00:00:40"];
    const { go } = host.has(ip, mac);
    await until("the container's lease", async () => (await server.leases())[ip] === mac);
    await until("it to be known", () => host.leases.find(place.network, ip)?.mac === mac);
    assert.deepEqual(host.troubles.all, []);
    go();
    const other = "0a:00:00:00:00:41";
    await host.leases.bind({ place, ip, mac: other }, signal);
    await until("the other's lease", async () => (await server.leases())[ip] === other);
    await host.leases.release(place.network, ip);
    const next = await host.leases.take({ place }, signal);
    assert.notEqual(next.mac, other, "what somebody chose is nobody else's");
    await host.leases.release(place.network, next.ip);
  });

  it("I10 a lease that the server refuses is said of its container, until it is had again", async () => {
    await using host = startHost();
    const lease = await host.leases.take({ place }, signal);
    const { endpoint } = host.has(lease.ip, lease.mac);
    await server[Symbol.asyncDispose]();
    const reserved = `dhcp-host=02:00:00:00:00:77,${lease.ip}`;
    server = await DhcpServer.start(directory, serverAt, [...options, reserved], "fresh");
    await until("the trouble", () =>
      host.troubles.all.some(
        (each) => each.endpoint === endpoint && each.reason.includes("does not give it any more"),
      ),
    );
    await server[Symbol.asyncDispose]();
    server = await DhcpServer.start(directory, serverAt, options, "fresh");
    await until("the lease again", () => host.troubles.all.length === 0);
    assert.equal((await server.leases())[lease.ip], lease.mac);
  });

  it("I10 an address that comes back is held as long as one that is new", async (t) => {
    await using host = startHost();
    const now = performance.now.bind(performance);
    let passedMs = 0;
    t.mock.method(performance, "now", () => now() + passedMs);
    const first = await host.leases.take({ place }, signal);
    // The look that renews it sees that no endpoint has it.
    await renewal(host, first.ip);
    await host.leases.release(place.network, first.ip);
    passedMs = 160_000;
    const again = await host.leases.take({ place }, signal);
    assert.equal(again.ip, first.ip);
    host.leases.follow();
    const found = () => host.leases.find(place.network, again.ip);
    await until("a look at it", () => found()?.renewMs !== again.renewMs);
    assert.equal(found()?.mac, again.mac);
    await host.leases.release(place.network, again.ip);
  });

  it("I10 a host that is not on the wire says so", async () => {
    await using host = startHost();
    const elsewhere = { ...place, physicalNetwork: v7() };
    await assert.rejects(
      host.leases.take({ place: elsewhere }, signal),
      /no interface on the physical network/,
    );
  });
});

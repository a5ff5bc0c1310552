import assert from "node:assert/strict";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import {
  confirmLease,
  declineLease,
  obtainLease,
  releaseLease,
  renewLease,
} from "../../src/host/dhcp/client.ts";
import { sh } from "../agent/chassis-network.ts";
import { enterPrivateNetwork, startNetwork } from "../agent/private-network.ts";
import { DhcpServer } from "./dhcp-server.ts";

enterPrivateNetwork();

describe("a DHCP client of the LAN's own server", () => {
  const stack = new AsyncDisposableStack();
  const serverMac = "02:00:00:00:00:99";
  const signal = AbortSignal.timeout(60_000);
  const any = { ip: undefined, only: false };
  let server: DhcpServer;
  let link: { readonly index: number; readonly mac: string };
  const client = (number: number) => ({ link, vlan: null, mac: `0a:00:00:00:00:0${number}` });
  const holds = async (ip: string, mac: string | undefined) => {
    while ((await server.leases())[ip] !== mac) signal.throwIfAborted();
  };

  before(async () => {
    const lan = await startNetwork();
    stack.defer(() => void lan.kill("SIGKILL"));
    const directory = await mkdtempDisposable(join(tmpdir(), "fairway-dhcp-"));
    stack.use(directory);
    await sh(`ip link add nic address 02:00:00:00:00:01 type veth peer name far address ${serverMac} netns ${lan.pid}
      ip link add bridge type bridge; ip link set nic master bridge; ip link set nic up; ip link set bridge up
      nsenter -t ${lan.pid} -n sh -ec 'ethtool -K far tx off >/dev/null; ip link set far up; ip address add 10.50.0.1/24 dev far
        for last in 100 101 102; do ip neigh replace 10.50.0.$last lladdr 0a:00:00:00:00:02 dev far; done'`);
    link = { index: Number(/^\d+/.exec(await sh("ip -o link show nic"))?.[0]), mac: "02:00:00:00:00:01" };
    server = stack.use(
      await DhcpServer.start(directory.path, lan.pid ?? 0, [
        "dhcp-range=10.50.0.100,10.50.0.102,255.255.255.0,2m",
        "dhcp-option=3,10.50.0.254",
        "dhcp-option=6,10.50.0.53,10.50.0.54",
        "dhcp-option=15,lan.example",
        "dhcp-option=121,0.0.0.0/0,10.50.0.254,172.16.7.0/24,10.50.0.7",
        "dhcp-option=58,20",
        "dhcp-host=0a:00:00:00:00:05,10.50.0.105",
      ]),
    );
  });
  after(() => stack.disposeAsync());

  it("I10 a lease is the server's word: address, times, routers, name servers, domain and routes", async () => {
    const grant = await obtainLease(client(1), any, signal);
    assert.match(grant.ip, /^10\.50\.0\.10[0-2]$/);
    assert.deepEqual(grant, {
      ip: grant.ip,
      server: { ip: "10.50.0.1", mac: serverMac },
      seconds: 120,
      renewalSeconds: 20,
      rebindingSeconds: 105,
      routers: ["10.50.0.254"],
      nameServers: ["10.50.0.53", "10.50.0.54"],
      domain: "lan.example",
      routes: [
        { destination: "0.0.0.0/0", nextHop: "10.50.0.254" },
        { destination: "172.16.7.0/24", nextHop: "10.50.0.7" },
      ],
    });
    await holds(grant.ip, client(1).mac);
    const again = await obtainLease(client(1), any, signal);
    assert.equal(again.ip, grant.ip, "the server knows the client");
    await releaseLease(client(1), grant);
    await holds(grant.ip, undefined);
  });

  it("I10 a lease is renewed at the server and at any; another client is refused", async () => {
    const grant = await obtainLease(client(2), { ip: "10.50.0.101", only: true }, signal);
    assert.equal(grant.ip, "10.50.0.101");
    for (const whom of ["server", "any"] as const) {
      const renewed = await renewLease(client(2), grant, whom, signal);
      assert.ok(renewed !== "refused" && renewed?.ip === grant.ip);
    }
    const confirmed = await confirmLease(client(2), grant.ip, signal);
    assert.ok(confirmed !== "refused" && confirmed?.seconds === 120);
    assert.equal(await confirmLease(client(3), grant.ip, signal), "refused");
    await assert.rejects(
      obtainLease(client(3), { ip: grant.ip, only: true }, signal),
      /the DHCP server 10\.50\.0\.1 gives 10\.50\.0\.10[02] instead/,
    );
    await releaseLease(client(2), grant);
  });

  it("I10 the address that the server keeps for a MAC address is had by that MAC address", async () => {
    const grant = await obtainLease(client(5), any, signal);
    assert.equal(grant.ip, "10.50.0.105");
    await declineLease(client(5), grant);
    await holds(grant.ip, undefined);
  });

  it("I10 where no server answers, that is the error, and who gives up is let go", async () => {
    await assert.rejects(obtainLease({ ...client(1), vlan: 7 }, any, signal), /no DHCP server answers/);
    const enough = AbortSignal.abort(new Error("enough"));
    await assert.rejects(obtainLease({ ...client(1), vlan: 7 }, any, enough), /enough/);
  });
});

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  intoNetwork,
  ping,
  removeAll,
  removeNetworks,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

const gateways = ["10.1.0.1", "fd01::1"] as const;
const dual = ["--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64"];
/** The server's own container says so by its host's name. */
const serve = "mkdir /www; hostname >/www/index.html; exec httpd -f -h /www";

describe(`the gateway is the host, ${variant}`, () => {
  let lab: Lab;
  let hosts: readonly Host[];
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    hosts = [lab.host("h1"), lab.host("h2")];
    for (const [at, host] of hosts.entries()) {
      await host.sh(`ip address add fd00:200::${at + 1}/64 dev br-phy nodad`);
      startServices(host);
    }
    await startFairway(lab);
    clean = await Promise.all(hosts.map(tracesOf));
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of hosts) {
      await host.daemon("fairway").start();
      await removeAll(host, ["web", "www"], []);
    }
    await removeNetworks(lab.host("h1"), "blue");
    for (const [at, host] of hosts.entries()) await becomes(host, clean[at] ?? "");
  });

  /** The network blue, and on each host a container on it. */
  async function makeNetwork(...flags: string[]): Promise<void> {
    await createNetwork(lab.host("h1"), "blue", ...dual, ...flags);
    for (const host of hosts) {
      await hasNetwork(host, "blue");
      await startContainer(host, "web", "blue");
    }
  }

  /** The same, and on each host a container whose port 80 is the host's 8080. */
  async function makeBlue(...flags: string[]): Promise<void> {
    await makeNetwork(...flags);
    for (const host of hosts)
      await host.sh(
        `docker run --detach --name www --hostname www-${host.name} --network blue -p 8080:80 ${busyboxImage} sh -c '${serve}'`,
      );
  }

  /** What a program in a container's network says; empty where it fails. */
  async function inside(host: Host, script: string): Promise<string> {
    const words = [...(await intoNetwork(host, "web")), "sh", "-c", script];
    const { stdout, code } = await host.run(words, { check: false });
    return code === 0 ? stdout.trim() : "";
  }

  const overTcp = (host: Host, gateway: string) =>
    inside(host, `timeout 3 socat -u ${socketOf("TCP", gateway, 7000)} -`);
  const overUdp = (host: Host, gateway: string) =>
    inside(host, `echo hello | timeout 5 socat -t 2 - ${socketOf("UDP", gateway, 7003)}`);
  const published = (host: Host, gateway: string) =>
    inside(host, `curl --silent --max-time 3 http://${bracketed(gateway)}:8080/`);

  /** Every container's gateway is its own host. */
  async function eachReachesItsOwn(): Promise<void> {
    await Promise.all(hosts.flatMap((host) => gateways.map((gateway) => reachesItsOwn(host, gateway))));
  }

  async function reachesItsOwn(host: Host, gateway: string): Promise<void> {
    const meets = (what: string, ask: typeof overTcp, answer: string) =>
      until(`${what} of ${host.name} at ${gateway}`, async () => (await ask(host, gateway)) === answer);
    await meets("the TCP service", overTcp, `tcp ${host.name}`);
    await meets("the UDP service", overUdp, `udp ${host.name}`);
    await meets("the published port", published, `www-${host.name}`);
    assert.match(await ping(host, "web", gateway), /1 packets received/);
  }

  it("N16 TCP, UDP and published ports at the gateway's address are those of the container's own host, in both families", async () => {
    await makeBlue();
    await eachReachesItsOwn();
    // The router answers pings by itself, and nothing else is tracked: what containers say to each other has no entry.
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    assert.match(await ping(h1, "web", gateways[0]), /ttl=254/);
    const far = await addressOf(h2, "www");
    assert.equal(await inside(h1, `curl --silent --max-time 3 http://${far}/`), "www-h2");
    assert.equal(await overTcp(h1, gateways[0]), "tcp h1");
    const tracked = await h1.sh("ovs-appctl dpctl/dump-conntrack");
    assert.match(tracked, /10\.1\.0\.1\b/);
    assert.doesNotMatch(tracked, new RegExp(`dst=${far.replaceAll(".", "\\.")}\\b`));
    await assert.rejects(h1.docker("exec", "web", "nc", "-w", "2", gateways[0], "7999"), /refused/);
  });

  it("N16 X04 on a routed network, too; it goes on while Fairway is away and after its restart", async () => {
    await makeBlue("-o", "mode=routed");
    await eachReachesItsOwn();
    await Promise.all(hosts.map((host) => host.daemon("fairway").kill("SIGKILL")));
    await eachReachesItsOwn();
    for (const host of hosts) await host.daemon("fairway").start();
    await eachReachesItsOwn();
  });

  it("N16 what somebody removes of it is made again", async () => {
    await makeBlue();
    await eachReachesItsOwn();
    const h1 = lab.host("h1");
    await h1.sh(
      "ovn-nbctl lb-del $(ovn-nbctl --bare --columns=name find Load_Balancer external_ids:fairway!=-)",
    );
    await eachReachesItsOwn();
    await h1.sh("nft flush chain inet fairway gateway_in");
    await until("the rules", async () => (await overUdp(h1, gateways[0])) === "udp h1", {
      timeoutMs: 40_000,
    });
  });

  it("N16 the host's firewall decides", async () => {
    await makeBlue();
    await eachReachesItsOwn();
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await h1.sh("iptables -I INPUT -i 'fw-leg+' -p tcp --dport 7000 -j DROP");
    try {
      assert.equal(await overTcp(h1, gateways[0]), "");
      assert.equal(await overTcp(h2, gateways[0]), "tcp h2");
    } finally {
      await h1.sh("iptables -D INPUT -i 'fw-leg+' -p tcp --dport 7000 -j DROP");
    }
    assert.equal(await overTcp(h1, gateways[0]), "tcp h1");
  });

  it("N16 the gateway of an isolated network answers pings alone, and an internal one has none", async () => {
    for (const flags of [["-o", "mode=isolated"], ["--internal"]]) {
      await makeNetwork(...flags);
      for (const host of hosts)
        for (const gateway of gateways) {
          if (flags[0] !== "--internal") await ping(host, "web", gateway);
          assert.equal(await overTcp(host, gateway), "");
          assert.equal(await overUdp(host, gateway), "");
        }
      for (const host of hosts) await removeAll(host, ["web"], []);
      await removeNetworks(lab.host("h1"), "blue");
    }
  });
});

/** Services on all addresses that say whose they are. That of UDP answers by a socket that has no address. */
function startServices(host: Host): void {
  host.spawn(["socat", "TCP6-LISTEN:7000,ipv6only=0,fork,reuseaddr", `SYSTEM:echo tcp ${host.name}`]);
  host.spawn(["socat", "UDP6-RECVFROM:7003,ipv6only=0,fork", `SYSTEM:echo udp ${host.name}`]);
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function socketOf(kind: "TCP" | "UDP", address: string, port: number): string {
  return `${kind}${address.includes(":") ? 6 : 4}:${bracketed(address)}:${port}`;
}

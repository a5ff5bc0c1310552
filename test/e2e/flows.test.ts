import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { BackgroundProcess } from "../../lab/host/background.ts";
import type { Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  createNetwork,
  hasNetwork,
  inspect,
  intoNetwork,
  removeAll,
  removeNetworks,
  startContainer,
} from "./docker-network.ts";
import { needsDocker28, variant } from "./settings.ts";

const [hostV6, secondV6] = ["fd00:200::1", "fd00:200::11"];
const containers = ["one", "two", "web", "db"];

describe(`flows of UDP, and large packets, ${variant}`, { timeout: 400_000 }, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let outside: Machine;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant, outside: true });
    [h1, h2, outside] = [lab.host("h1"), lab.host("h2"), lab.outside];
    await outside.sh("ip address add fd00:200::254/64 dev eth0 nodad");
    for (const address of [hostV6, secondV6]) await h1.sh(`ip address add ${address}/64 dev br-phy nodad`);
    await startFairway(lab);
    // No flow of UDP may end by itself while a test looks.
    await h1.sh(
      "sysctl -q net.netfilter.nf_conntrack_udp_timeout=3600 net.netfilter.nf_conntrack_udp_timeout_stream=3600",
    );
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h1, h2]) await removeAll(host, containers, []);
    await removeNetworks(h1, "blue");
  });

  /** Answers every datagram to port 53 of a container with the container's name. */
  const respond = async (host: Host, name: string, family: 4 | 6 = 4): Promise<BackgroundProcess> => {
    const inside = await intoNetwork(host, name);
    const words = [`UDP${family}-RECVFROM:53,fork`, `EXEC:echo ${name}`];
    const responder = host.spawn([...inside, "socat", ...words]);
    await until("the responder", async () => {
      const open = await host.run([...inside, "ss", "-lunH"]);
      return /:53\s/.test(open.stdout);
    });
    return responder;
  };
  /** socat connects its socket: an answer from another address than the one that was asked would not reach it. */
  const ask = async (machine: Machine, place: string) => {
    const words = ["socat", "-t", "2", "-", place];
    return (await machine.run(words, { check: false, input: "hello" })).stdout.trim();
  };
  /** A client that never stops, from one port: five datagrams a second. */
  const client = (machine: Machine, place: string): BackgroundProcess =>
    machine.spawn(["sh", "-c", `while echo hello; do sleep 0.2; done | socat -T 600 - ${place},bind=:5555`]);
  const answeredBy = (asking: BackgroundProcess, name: string) => {
    const before = asking.log.length;
    return until(`an answer of ${name}`, () => asking.log.slice(before).includes(name));
  };

  it("N15 a UDP client that never stops is served by the container that has the port by now", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.61.0.0/24");
    await using asking = client(outside, `UDP4-DATAGRAM:${h1.address}:7000`);
    await using own = client(h1, `UDP4-DATAGRAM:${h1.address}:7000`);
    // It asks before there is anybody: that flow was made without the port's rule.
    await until("its flow", async () => /dport=7000/.test(await h1.sh("conntrack -L -p udp 2>/dev/null")));
    await startContainer(h1, "one", "blue", "-p", "7000:53/udp");
    await using _one = await respond(h1, "one");
    await answeredBy(asking, "one");
    await answeredBy(own, "one");
    await h1.docker("rm", "--force", "one");
    await startContainer(h1, "two", "blue", "--ip", "10.61.0.77", "-p", "7000:53/udp");
    await using _two = await respond(h1, "two");
    await answeredBy(asking, "two");
    await answeredBy(own, "two");
    await h1.docker("network", "disconnect", "blue", "two");
    await h1.docker("rm", "--force", "two");
    await until("its flows to be gone", async () => {
      const flows = await h1.sh("conntrack -L -p udp 2>/dev/null");
      return !flows.includes("10.61.0.77");
    });
  });

  it("N15 a container's flows go with its address, those of others stay", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.61.0.0/24");
    for (const name of ["one", "two"]) {
      await startContainer(h1, name, "blue");
      const pid = await inspect(h1, name, "{{.State.Pid}}");
      await h1.sh(`echo x | nsenter -t ${pid} -n socat - UDP4-DATAGRAM:${outside.address}:9999`);
    }
    const flows = () => h1.sh("conntrack -L -p udp 2>/dev/null | grep dport=9999 || true");
    const [one, two] = [
      await inspect(h1, "one", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"),
      await inspect(h1, "two", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"),
    ];
    for (const address of [one, two]) assert.ok((await flows()).includes(`src=${address} `), address);
    await h1.docker("rm", "--force", "one");
    await until("the flow to go", async () => !(await flows()).includes(`src=${one} `));
    assert.ok((await flows()).includes(`src=${two} `));
  });

  it("N02 a UDP port of an IPv4-only network is reached by IPv6, and answers by the address that was asked", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.61.0.0/24");
    await startContainer(h1, "one", "blue", "-p", "7000:53/udp");
    await using _one = await respond(h1, "one");
    for (const [machine, address] of [
      [outside, `[${hostV6}]`],
      [outside, `[${secondV6}]`],
      [outside, h1.address],
      [h1, `[${hostV6}]`],
      [h1, "[::1]"],
    ] as const)
      await until(`an answer by ${address} on ${machine.name}`, async () => {
        return (await ask(machine, `UDP:${address}:7000`)) === "one";
      });
    await h1.docker("rm", "--force", "one");
    assert.equal(await ask(outside, `UDP6:[${hostV6}]:7000`), "");
  });

  it("N02 a UDP port of an IPv6-only network is reached by IPv4", { skip: needsDocker28 }, async () => {
    await createNetwork(h1, "blue", "--ipv4=false", "--ipv6", "--subnet", "fd61::/64");
    await startContainer(h1, "one", "blue", "-p", "7000:53/udp");
    await using _one = await respond(h1, "one", 6);
    for (const [machine, address] of [
      [outside, h1.address],
      [outside, `[${hostV6}]`],
      [h1, h1.address],
      [h1, "127.0.0.1"],
    ] as const)
      await until(`an answer by ${address} on ${machine.name}`, async () => {
        return (await ask(machine, `UDP:${address}:7000`)) === "one";
      });
    await h1.docker("rm", "--force", "one");
    assert.equal(await ask(outside, `UDP4:${h1.address}:7000`), "");
  });

  it("D21 large pings and datagrams arrive in fragments: across hosts, through NAT, through a published port", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.61.0.0/24");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue", "-p", "7000:53/udp");
    await startContainer(h2, "db", "blue");
    const [web, db] = ["10.61.0.2", "10.61.0.3"];
    const ping = (host: Host, from: string, to: string) =>
      until(`large pings from ${from} to ${to}`, async () => {
        const words = ["exec", from, "ping", "-c", "1", "-W", "2", "-s", "8000", to];
        return (await host.run(["docker", ...words], { check: false })).code === 0;
      });
    await ping(h1, "web", db);
    await ping(h2, "db", web);
    await ping(h1, "web", outside.address);
    await ping(h2, "db", outside.address);
    const large = "x".repeat(4000);
    const echoIn = async (host: Host, name: string) => {
      const pid = await inspect(host, name, "{{.State.Pid}}");
      return host.spawn([
        "nsenter",
        "-t",
        pid,
        "-n",
        "socat",
        "-b",
        "9000",
        "UDP4-RECVFROM:53,fork",
        "EXEC:cat",
      ]);
    };
    const echoed = (what: string, machine: Machine, words: readonly string[]) =>
      until(`4 kB back ${what}`, async () => {
        const { stdout } = await machine.run([...words], { check: false, input: large });
        return stdout === large;
      });
    await using _web = await echoIn(h1, "web");
    const asks = (place: string) => ["socat", "-b", "9000", "-t", "2", "-", place];
    const pid = await inspect(h2, "db", "{{.State.Pid}}");
    await echoed("across hosts", h2, ["nsenter", "-t", pid, "-n", ...asks(`UDP4:${web}:53`)]);
    await echoed("through the published port", outside, asks(`UDP4:${h1.address}:7000`));
    await using _outside = outside.spawn(["socat", "-b", "9000", "UDP4-RECVFROM:7777,fork", "EXEC:cat"]);
    await echoed("through NAT", h2, ["nsenter", "-t", pid, "-n", ...asks(`UDP4:${outside.address}:7777`)]);
  });
});

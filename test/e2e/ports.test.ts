import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { dumpForeign, makeForeign } from "../../lab/foreign.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, inspect, intoNetwork, removeAll } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

const hostV6 = "fd00:200::1";

describe(`published ports, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let outside: Machine;
  let foreign: string;
  let clean: string;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant, outside: true });
    h1 = lab.host("h1");
    outside = lab.outside;
    await outside.sh("ip address add fd00:200::254/64 dev eth0 nodad");
    await h1.sh(`ip address add ${hostV6}/64 dev br-phy nodad`);
    await makeForeign(h1);
    foreign = await dumpForeign(h1);
    await startFairway(lab);
    clean = await tracesOf(h1);
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(() => removeAll(h1, ["web", "db", "db2"], ["blue", "red"]));

  /** A container whose web server tells everybody who it is and who they are. */
  const serve = (name: string, network: string, ...flags: string[]) => {
    const answer = `#!/bin/sh\necho Content-type: text/plain\necho\necho ${name} for $REMOTE_ADDR`;
    const script = `mkdir -p /www/cgi-bin; cd /www/cgi-bin; printf '${answer}\n' >who; chmod 755 who; exec httpd -f -p 80 -h /www`;
    const words = ["run", "--detach", "--name", name, "--network", network, ...flags];
    return h1.docker(...words, busyboxImage, "sh", "-c", script);
  };
  const curl = ["curl", "--silent", "--show-error", "--max-time", "3"];
  const ask = async (machine: Machine, place: string) => {
    const { stdout } = await machine.run([...curl, `http://${place}/cgi-bin/who`], { check: false });
    return stdout.trim();
  };
  const answers = (machine: Machine, place: string, pattern: RegExp) =>
    until(`${pattern} at ${place} on ${machine.name}`, async () => pattern.test(await ask(machine, place)));
  const askFrom = async (container: string, place: string) => {
    const inside = await intoNetwork(h1, container);
    const { stdout } = await h1.run([...inside, ...curl, `http://${place}/cgi-bin/who`]);
    return stdout.trim();
  };

  it("N02 N03 a published port is reached from outside with the client's address, from the host, from containers", async () => {
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64");
    await createNetwork(h1, "red", "--subnet", "10.2.0.0/24");
    await serve("web", "blue", "-p", "8080:80");
    await serve("db", "red");
    await answers(outside, `${h1.address}:8080`, /^web for .*10\.200\.0\.254/);
    await answers(outside, `[${hostV6}]:8080`, /^web for .*fd00:200::254/);
    for (const place of [`${h1.address}:8080`, "127.0.0.1:8080", `[${hostV6}]:8080`, "[::1]:8080"])
      await answers(h1, place, /web/);
    assert.match(await askFrom("web", `${h1.address}:8080`), /web/);
    assert.match(await askFrom("db", `${h1.address}:8080`), /web/);
    await h1.docker("rm", "--force", "web");
    assert.equal(await ask(outside, `${h1.address}:8080`), "");
  });

  it("N02 two networks of the same subnet publish side by side", async () => {
    for (const [network, name, port] of [
      ["blue", "web", "8080"],
      ["red", "db", "8081"],
    ] as const) {
      await createNetwork(h1, network, "--subnet", "10.1.0.0/24");
      await serve(name, network, "--ip", "10.1.0.10", "-p", `${port}:80`);
    }
    for (const machine of [outside, h1])
      for (const [port, name] of [
        ["8080", /^web/],
        ["8081", /^db/],
      ] as const)
        await answers(machine, `${h1.address}:${port}`, name);
    await answers(h1, "127.0.0.1:8081", /^db/);
    await answers(h1, "[::1]:8081", /^db/);
    assert.match(await askFrom("web", `${h1.address}:8081`), /^db/);
    assert.match(await askFrom("db", `${h1.address}:8081`), /^db/);
  });

  it("N02 UDP, ranges, one address, any port", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    const flags = ["127.0.0.1:8082:80", "9000-9002:80", "80", "5300:53/udp"].flatMap((map) => ["-p", map]);
    await serve("web", "blue", ...flags);
    await answers(h1, "127.0.0.1:8082", /web/);
    assert.equal(await ask(outside, `${h1.address}:8082`), "");
    const { stdout } = await h1.run(["fairway", "port", "ls", "-o", "json"]);
    const ports: { protocol: string; hostPort: number; hostAddress: string | null }[] = JSON.parse(stdout);
    const tcp = ports.filter(({ protocol, hostAddress }) => protocol === "tcp" && hostAddress === null);
    for (const { hostPort } of tcp) await answers(outside, `${h1.address}:${hostPort}`, /web/);
    assert.equal(tcp.filter(({ hostPort }) => hostPort >= 9000 && hostPort <= 9002).length, 1);
    assert.equal(tcp.length, 2);
    const pid = await inspect(h1, "web", "{{.State.Pid}}");
    await using _echo = h1.spawn(["nsenter", "-t", pid, "-n", "socat", "UDP4-RECVFROM:53,fork", "EXEC:cat"]);
    await until("the echo", async () => {
      const words = ["socat", "-t", "1", "-", `UDP4:${h1.address}:5300`];
      return (await outside.run(words, { check: false, input: "hello" })).stdout === "hello";
    });
    assert.match(await h1.sh("fairway port ls"), /127\.0\.0\.1:8082\/tcp +web +blue +10\.1\.0\.2:80/);
  });

  it("N02 a port in use is a clear error that names its owner, and nothing is left of the container's ports", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await using sshd = h1.spawn(["socat", "TCP4-LISTEN:22", "EXEC:cat"]);
    const pid = await sshd.pid();
    assert.ok(pid > 0);
    await until("the server", async () => (await h1.sh("cat /proc/net/tcp")).includes(":0016 "));
    await assert.rejects(
      serve("web", "blue", "-p", "2222:80", "-p", "22:22"),
      /[Pp]ort 22\/tcp .* in use by socat \(process \d+\)/,
    );
    await h1.docker("rm", "--force", "web");
    await serve("web", "blue", "-p", "2222:80");
    await assert.rejects(
      serve("db", "blue", "-p", "2222:80"),
      /[Pp]ort 2222\/tcp of this host is in use by container web on network blue; publish another one/,
    );
    const bound = await h1.run(["socat", "TCP4-LISTEN:2222", "EXEC:cat"], { check: false, timeoutMs: 5_000 });
    assert.match(bound.stderr, /in use/, "a published port is held");
    await assert.rejects(serve("db2", "blue", "-p", "192.0.2.99:80:80"), /no address 192\.0\.2\.99/);
    await removeAll(h1, ["db2"], []);
  });

  it("N02 SCTP is published where the kernel has it, and refused in words where not", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    const hasSctp = (await h1.run(["test", "-e", "/proc/net/sctp"], { check: false })).code === 0;
    if (hasSctp) await serve("web", "blue", "-p", "7000:7000/sctp");
    else await assert.rejects(serve("web", "blue", "-p", "7000:7000/sctp"), /kernel has no SCTP/);
  });

  it("N02 the ports move as Docker says when networks come and go", async () => {
    await createNetwork(h1, "red", "--subnet", "10.2.0.0/24");
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await serve("web", "red", "-p", "8080:80");
    await answers(outside, `${h1.address}:8080`, /web/);
    const publisher = async () => {
      const ports = JSON.parse(await h1.sh("fairway port ls -o json"));
      return ports.map(({ network }: { network: string }) => network).join();
    };
    await h1.docker("network", "connect", "blue", "web");
    await answers(outside, `${h1.address}:8080`, /web/);
    const before = await publisher();
    await h1.docker("network", "disconnect", before, "web");
    await until("the other network", async () => (await publisher()) === (before === "red" ? "blue" : "red"));
    await answers(outside, `${h1.address}:8080`, /web/);
  });

  it("X01 ports are published and held again after a restart of Fairway", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await serve("web", "blue", "-p", "8080:80");
    await answers(outside, `${h1.address}:8080`, /web/);
    await h1.daemon("fairway").kill("SIGKILL");
    await answers(outside, `${h1.address}:8080`, /web/);
    await h1.daemon("fairway").start();
    await answers(h1, "[::1]:8080", /web/);
    await answers(outside, `${h1.address}:8080`, /web/);
    await h1.sh("nft delete table inet fairway");
    await answers(outside, `${h1.address}:8080`, /web/);
  });

  it("X01 a published port of an IPv6 network is published and held again after a restart of Fairway", async () => {
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64");
    await serve("web", "blue", "-p", `[${hostV6}]:8080:80`, "-p", "8081:80");
    const published = async () => {
      for (const port of [8080, 8081])
        await answers(outside, `[${hostV6}]:${port}`, /^web for .*fd00:200::254/);
      await answers(h1, `[${hostV6}]:8080`, /web/);
    };
    await published();
    await h1.daemon("fairway").kill("SIGKILL");
    await h1.sh("nft delete table inet fairway");
    await h1.daemon("fairway").start();
    await published();
    const words = ["socat", `TCP6-LISTEN:8080,bind=[${hostV6}]`, "EXEC:cat"];
    assert.match((await h1.run(words, { check: false, timeoutMs: 5_000 })).stderr, /in use/);
  });

  it("N05 a container of a routed network reaches a published port of its own network, and its own", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24", "-o", "mode=routed");
    await serve("web", "blue", "-p", "8080:80");
    await serve("db", "blue");
    await answers(outside, `${h1.address}:8080`, /^web for/);
    for (const name of ["db", "web"]) assert.match(await askFrom(name, `${h1.address}:8080`), /^web for/);
  });

  it("N06 on an isolated network a published port is refused in words", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24", "-o", "mode=isolated");
    await assert.rejects(serve("web", "blue", "-p", "8080:80"), /cannot be published on this network/);
  });

  it("X09 nothing foreign is touched, and nothing of ours is left", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await serve("web", "blue", "-p", "8080:80", "-p", "5300:53/udp");
    await answers(outside, `${h1.address}:8080`, /web/);
    await removeAll(h1, ["web"], ["blue"]);
    await becomes(h1, clean);
    assert.equal(await dumpForeign(h1), foreign);
  });
});

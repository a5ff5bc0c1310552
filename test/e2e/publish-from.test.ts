import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { configure } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, intoNetwork, removeAll } from "./docker-network.ts";
import {
  becomes,
  echo,
  falls,
  friend,
  friends,
  get,
  hostV6,
  refused,
  restartFairway,
  serve,
  startPublishing,
  stranger,
} from "./published-ports.ts";
import { variant } from "./settings.ts";

describe(`who may reach a published port, ${variant}`, { timeout: 900_000 }, () => {
  let lab: Lab;
  let h1: Host;
  let outside: Machine;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant, outside: true });
    [h1, outside] = [lab.host("h1"), lab.outside];
    await startPublishing(lab);
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(() => removeAll(h1, ["web", "db"], ["blue", "red"]));

  const limited = (network: string, from: string) =>
    `name=${network},"driver-opt=fairway.publish-from=${from}"`;
  const restrict = (name: string, port: string, from: string) =>
    h1.sh(`fairway port restrict ${name} ${port} --from ${from}`);
  /** What comes back; socat connects its socket, and ends at once where the port is refused. */
  const say = async (machine: Machine, place: string): Promise<string> => {
    const { stdout, stderr } = await machine.run(["socat", "-t", "5", "-T", "5", "-", place], {
      check: false,
      input: "hello",
    });
    return /refused/i.test(stderr) ? "refused" : stdout;
  };

  it("N12 the option of an endpoint: others are refused at once, in both families, and the host itself is let in", async () => {
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64");
    await serve(h1, "web", limited("blue", friends), "-p", "8080:80", "-p", "5300:53/udp");
    await using _echo = await echo(h1, "web");
    const [four, six] = [`${h1.address}:8080`, `[${hostV6}]:8080`];
    await becomes("web", outside, four, friend[4]);
    await becomes("web", outside, six, friend[6]);
    const begun = Date.now();
    assert.equal(await get(outside, four, stranger[4]), refused);
    assert.equal(await get(outside, six, stranger[6]), refused);
    assert.ok(Date.now() - begun < 8_000, "nobody waits for the end of a time");
    assert.equal(await say(outside, `UDP4:${h1.address}:5300,bind=${friend[4]}`), "hello");
    assert.equal(await say(outside, `UDP4:${h1.address}:5300,bind=${stranger[4]}`), "refused");
    assert.equal(await say(outside, `UDP6:[${hostV6}]:5300,bind=[${stranger[6]}]`), "refused");
    for (const place of [four, six, "127.0.0.1:8080", "[::1]:8080"]) await becomes("web", h1, place);
    assert.match(
      await h1.sh("fairway endpoint show web"),
      /published: +\*:8080\/tcp from 10\.200\.0\.254\/32,fd00:200::254\/127/,
    );
  });

  it("N12 a container behind NAT is judged as its host, whatever address it has", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    // It has the addresses of those who may.
    await createNetwork(h1, "red", "--subnet", "10.77.0.0/24");
    await serve(h1, "web", limited("blue", "10.77.0.0/24"), "-p", "8080:80");
    await serve(h1, "db", "red");
    const place = `${h1.address}:8080`;
    const from = async (name: string) => {
      const inside = await intoNetwork(h1, name);
      const { code } = await h1.run([...inside, "curl", "--silent", "--max-time", "10", place], {
        check: false,
      });
      return code;
    };
    assert.equal(await from("db"), 7);
    assert.equal(await from("web"), 7);
    await restrict("web", "8080", `${h1.address}/32`);
    await until("the host's word", async () => (await from("db")) === 0);
  });

  it("N12 restrict on a running container: flows end, a restart changes nothing, the end of the container ends it", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await serve(h1, "web", "blue", "-p", "8080:80", "-p", "5300:53/udp");
    await using _echo = await echo(h1, "web");
    const place = `${h1.address}:8080`;
    await becomes("web", outside, place, stranger[4]);
    const inside = await intoNetwork(h1, "web");
    await using _sink = h1.spawn([...inside, "socat", "TCP4-LISTEN:81,fork", "EXEC:cat"]);
    await using asking = outside.spawn([
      "sh",
      "-c",
      `while echo hello; do sleep 0.2; done | socat -T 600 - UDP4-DATAGRAM:${h1.address}:5300,bind=${stranger[4]}:5555`,
    ]);
    await until("an answer", () => asking.log.includes("hello"));
    assert.match(
      await restrict("web", "5300/udp", friends),
      /^web is published on .*\*:5300\/udp from 10\.200\.0\.254\/32/,
    );
    await falls(asking);
    await restrict("web", "8080", friends);
    await becomes(refused, outside, place, stranger[4]);
    await becomes("web", outside, place, friend[4]);
    await h1.docker("restart", "--time", "0", "web");
    await becomes("web", outside, place, friend[4]);
    assert.equal(await get(outside, place, stranger[4]), refused);
    await h1.docker("stop", "--time", "0", "web");
    await h1.docker("start", "web");
    await becomes("web", outside, place, friend[4]);
    assert.equal(await get(outside, place, stranger[4]), refused);
    await restartFairway(h1);
    await becomes("web", outside, place, friend[4]);
    assert.equal(await get(outside, place, stranger[4]), refused);
    await restrict("web", "8080", "any");
    await becomes("web", outside, place, stranger[4]);
    await restrict("web", "8080", friends);
    await h1.docker("rm", "--force", "web");
    await serve(h1, "web", "blue", "-p", "8080:80");
    await becomes("web", outside, place, stranger[4]);
  });

  it("N12 a TCP connection that runs ends when its client may no longer", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await serve(h1, "web", "blue", "-p", "8080:81");
    const inside = await intoNetwork(h1, "web");
    await using _server = h1.spawn([...inside, "socat", "TCP4-LISTEN:81,fork", "EXEC:cat"]);
    await until("the server", async () => /:81\s/.test((await h1.run([...inside, "ss", "-ltnH"])).stdout));
    const client = (from: string) =>
      outside.spawn([
        "sh",
        "-c",
        `while echo hello; do sleep 0.2; done | socat - TCP4:${h1.address}:8080,bind=${from}`,
      ]);
    await using barred = client(stranger[4]);
    await using allowed = client(friend[4]);
    for (const each of [barred, allowed]) await until("an answer", () => each.log.includes("hello"));
    await restrict("web", "8080", friends);
    await until("its end", () => /reset|broken pipe/i.test(barred.log));
    const before = allowed.log.length;
    await until("more answers", () => allowed.log.length > before);
  });

  it("N12 what a socket of the host's leads on is refused to the same clients: IPv6 to a container without it", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await serve(h1, "web", limited("blue", friends), "-p", "8080:80", "-p", "5300:53/udp");
    await using _echo = await echo(h1, "web");
    const place = `[${hostV6}]:8080`;
    await becomes("web", outside, place, friend[6]);
    assert.equal(await get(outside, place, stranger[6]), refused);
    await becomes("web", h1, "[::1]:8080");
    assert.equal(await say(outside, `UDP6:[${hostV6}]:5300,bind=[${friend[6]}]`), "hello");
    assert.equal(await say(outside, `UDP6:[${hostV6}]:5300,bind=[${stranger[6]}]`), "refused");
  });

  it("N12 what is wrong is said, and nothing is changed", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await assert.rejects(
      serve(h1, "web", limited("blue", "10.0.0.1/8"), "-p", "8080:80"),
      /fairway\.publish-from=10\.0\.0\.1\/8 is not valid/,
    );
    await removeAll(h1, ["web"], []);
    await serve(h1, "web", "blue", "-p", "8080:80");
    for (const [words, error] of [
      ["web 8080 --from 10.0.0.1/8", /must be 10\.0\.0\.0\/8/],
      ["web 8080 --from ''", /must be a subnet or an address/],
      ["web 8080 --from lan", /must be a subnet or an address/],
      ["web 81 --from any", /web is not published on port 81\/tcp of its host; it is on 8080\/tcp/],
      ["web 8080/icmp --from any", /must be a port/],
      ["nobody 8080 --from any", /no endpoint "nobody"/],
      ["web 8080", /--from/],
    ] as const) {
      const { code, stderr } = await h1.run(["sh", "-c", `fairway port restrict ${words}`], { check: false });
      assert.notEqual(code, 0, words);
      assert.match(stderr, error, words);
    }
    await becomes("web", outside, `${h1.address}:8080`, stranger[4]);
  });

  it("N12 O03 the configuration's default holds for what starts from then on, an option wins, and doctor names what is open", async () => {
    const doctor = async () => (await h1.run(["fairway", "doctor"], { check: false })).stdout;
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await serve(h1, "web", "blue", "-p", "8080:80");
    assert.match(await doctor(), /published ports .*open to everybody: 8080\/tcp/);
    await configure(h1, { publish: { from: [friend[4], "fd00:200::254"] } });
    await restartFairway(h1);
    await h1.docker("restart", "--time", "0", "web");
    await serve(h1, "db", limited("blue", "any"), "-p", "8081:80");
    await becomes("web", outside, `${h1.address}:8080`, friend[4]);
    assert.equal(await get(outside, `${h1.address}:8080`, stranger[4]), refused);
    await becomes("db", outside, `${h1.address}:8081`, stranger[4]);
    assert.match(await doctor(), /published ports .*open to everybody: 8081\/tcp/);
  });
});

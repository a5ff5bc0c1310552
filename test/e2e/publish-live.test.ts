import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, removeAll } from "./docker-network.ts";
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

describe(`ports published of containers that run, ${variant}`, { timeout: 900_000 }, () => {
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

  const restrict = (name: string, port: string, from: string) =>
    h1.sh(`fairway port restrict ${name} ${port} --from ${from}`);

  it("N14 a port is published on a container that runs, stays over restarts, and goes with it", async () => {
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64");
    await serve(h1, "web", "blue", "-p", "8081:80");
    const [four, six] = [`${h1.address}:8080`, `[${hostV6}]:8080`];
    assert.equal(await get(outside, four), refused);
    assert.match(
      await h1.sh("fairway port publish web 8080:80"),
      /^web is published on \*:8081\/tcp, \*:8080\/tcp by fairway/,
    );
    for (const place of [four, six]) await becomes("web", outside, place);
    for (const place of [four, "127.0.0.1:8080", "[::1]:8080"]) await becomes("web", h1, place);
    assert.match(await h1.sh("fairway port ls"), /\*:8080\/tcp by fairway +web +blue +10\.1\.0\.2:80/);
    await h1.docker("restart", "--time", "0", "web");
    await becomes("web", outside, four);
    await h1.docker("stop", "--time", "0", "web");
    await becomes(refused, outside, four);
    await h1.docker("start", "web");
    await becomes("web", outside, four);
    await restartFairway(h1);
    await becomes("web", outside, four);
    await restrict("web", "8080", friends);
    await becomes(refused, outside, four, stranger[4]);
    await becomes("web", outside, four, friend[4]);
    await h1.sh("fairway port unpublish web 8080");
    await becomes(refused, outside, four, friend[4]);
    await becomes("web", outside, `${h1.address}:8081`, friend[4]);
    await h1.sh("fairway port publish web 8080:80 --from any");
    await becomes("web", outside, four, stranger[4]);
    await h1.docker("rm", "--force", "web");
    await becomes(refused, outside, four, friend[4]);
    await serve(h1, "web", "blue");
    assert.equal(await get(outside, four), refused, "another container of that name");
  });

  it("N14 N15 UDP: a client that never stops is served from the first moment on, and no longer than the port is there", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await serve(h1, "web", "blue");
    await using _echo = await echo(h1, "web");
    await using asking = outside.spawn([
      "sh",
      "-c",
      `while echo hello; do sleep 0.2; done | socat -T 600 - UDP4-DATAGRAM:${h1.address}:5300,bind=:5555`,
    ]);
    const flows = () => h1.sh("conntrack -L -p udp 2>/dev/null | grep dport=5300 || true");
    await until("its flow", async () => (await flows()) !== "" || asking.log !== "");
    await h1.sh("fairway port publish web 5300:53/udp");
    await until("an answer", () => asking.log.includes("hello"));
    await h1.sh("fairway port unpublish web 5300/udp");
    await falls(asking);
  });

  it("N14 a port that somebody has is refused with his name, and nothing is half made", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await serve(h1, "web", "blue", "-p", "8080:80");
    await serve(h1, "db", "blue");
    await using listener = h1.spawn(["socat", "TCP4-LISTEN:2222,fork", "EXEC:cat"]);
    assert.ok((await listener.pid()) > 0);
    await until("the server", async () => (await h1.sh("ss -ltnH")).includes(":2222 "));
    for (const [words, error] of [
      ["publish db 8080:80", /Port 8080\/tcp of host h1 is in use by container web; publish another one/],
      [
        "publish db 2222:80 --from 10.0.0.0/8",
        /host h1: Port 2222\/tcp of this host is in use by socat \(process \d+\)/,
      ],
      ["publish db 80", /must be two ports/],
      ["publish nobody 9090:80", /no endpoint "nobody"/],
      ["unpublish web 8080", /was published by its engine/],
      ["unpublish db 9090", /is not published on port 9090\/tcp/],
    ] as const) {
      const { code, stderr } = await h1.run(["sh", "-c", `fairway port ${words}`], { check: false });
      assert.notEqual(code, 0, words);
      assert.match(stderr, error, words);
    }
    await h1.sh("fairway port publish db 9090:80");
    await assert.rejects(
      h1.docker("run", "--rm", "--network", "blue", "-p", "9090:80", busyboxImage, "true"),
      /9090\/tcp .*in use by container db on network blue/,
    );
    assert.doesNotMatch(await h1.sh("fairway endpoint show db"), /2222/);
  });
});

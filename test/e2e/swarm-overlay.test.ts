import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  addressOf,
  answers,
  createNetwork,
  hasNetwork,
  removeAll,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";

describe(`beside Docker's overlay networks, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let outside: Machine;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant, outside: true });
    [h1, h2, outside] = [lab.host("h1"), lab.host("h2"), lab.outside];
    await startFairway(lab);
    await h1.docker("swarm", "init", "--advertise-addr", h1.address);
    const token = await h1.docker("swarm", "join-token", "--quiet", "worker");
    await h2.docker(
      "swarm",
      "join",
      "--advertise-addr",
      h2.address,
      "--token",
      token.trim(),
      `${h1.address}:2377`,
    );
    await h1.docker(
      "network",
      "create",
      "--driver",
      "overlay",
      "--attachable",
      "--subnet",
      "10.90.0.0/24",
      "theirs",
    );
  });
  after(() => lab[Symbol.asyncDispose]());

  const reaches = (host: Host, container: string, address: string) =>
    answers(host, container, address, { timeoutMs: 60_000 });

  it("B06 swarm's overlay on 4789 and Fairway's networks work on the same two hosts, VXLAN of its own too", async () => {
    for (const [host, name] of [
      [h1, "their1"],
      [h2, "their2"],
    ] as const)
      await until(
        `${name} on the overlay`,
        async () =>
          (
            await host.run(
              [
                "docker",
                "run",
                "--detach",
                "--name",
                name,
                "--network",
                "theirs",
                busyboxImage,
                "sleep",
                "100000",
              ],
              { check: false },
            )
          ).code === 0,
      );
    await reaches(h1, "their1", await addressOf(h2, "their2"));
    await createNetwork(h1, "blue", "--subnet", "10.91.0.0/24");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    await reaches(h1, "web", await addressOf(h2, "db"));
    // VXLAN to a foreign end: on swarm's own port it is not begun, and the status says what helps.
    await h1.sh(`fairway physical-network create fabric --type vtep --range 5001 --peer ${outside.address}`);
    await createNetwork(h1, "red", "--subnet", "10.80.0.0/24", "-o", "physicalnetwork=fabric");
    await startContainer(h1, "racked", "red");
    const status = async () =>
      JSON.stringify(JSON.parse(await h1.sh("fairway physical-network show fabric -o json")).status);
    await until("the reason", async () =>
      /UDP port 4789 is somebody else's .*--tunnel-port/.test(await status()),
    );
    await h1.sh("fairway physical-network update fabric --tunnel-port 8472");
    await outside.sh(`ip link add vx5001 mtu 1450 type vxlan id 5001 dstport 8472 local ${outside.address} remote ${h1.address}
      ethtool -K vx5001 tx off >/dev/null; ip address add 10.80.0.1/24 dev vx5001; ip link set vx5001 up`);
    await reaches(h1, "racked", "10.80.0.1");
    await until("no reason", async () => (await status()) === "{}");
    await reaches(h1, "their1", await addressOf(h2, "their2"));
    await reaches(h1, "web", await addressOf(h2, "db"));
    assert.match(await h1.sh("ss -lun"), /:4789\b/);
    await removeAll(h2, ["db", "their2"], []);
    await removeAll(h1, ["web", "their1", "racked"], ["blue", "red"]);
  });
});

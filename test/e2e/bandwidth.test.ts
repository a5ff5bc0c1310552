import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import {
  addressOf,
  answers,
  createNetwork,
  hasNetwork,
  intoNetwork,
  startContainer,
} from "./docker-network.ts";
import { addNamespace, createPort } from "./logical-port.ts";
import { variant } from "./settings.ts";

/** Far below what any lab can do, kbit/s. */
const rate = 8_000;

describe(`bandwidth, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let fast: string;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    await createNetwork(h1, "blue", "--subnet", "10.61.0.0/24");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "slow", "name=blue,driver-opt=fairway.rate=8mbit");
    await startContainer(h1, "other", "blue");
    await startContainer(h2, "fast", "blue");
    fast = await addressOf(h2, "fast");
    h2.spawn([...(await intoNetwork(h2, "fast")), "iperf3", "-s"]);
    await answers(h1, "slow", fast);
    await answers(h1, "other", fast);
  });
  after(() => lab[Symbol.asyncDispose]());

  /** What comes by TCP in ten seconds between somebody on the first host and `fast` on the second, as a part of the rate. */
  async function ratio(inside: readonly string[], way: "out" | "in", of = rate): Promise<number> {
    const words = ["iperf3", "-J", "-t", "10", "-c", fast, ...(way === "in" ? ["-R"] : [])];
    const { stdout } = await h1.run([...inside, ...words]);
    const { end } = JSON.parse(stdout) as { end: { sum_received: { bits_per_second: number } } };
    return end.sum_received.bits_per_second / 1_000 / of;
  }
  const isNearly = (ratio: number) => assert.ok(ratio > 0.85 && ratio < 1.15, `${ratio} of the rate`);

  it("S04 a container sends and receives as much as its rate says, across hosts; one beside it is not held back", async () => {
    const slow = await intoNetwork(h1, "slow");
    isNearly(await ratio(slow, "out"));
    isNearly(await ratio(slow, "in"));
    assert.ok((await ratio(await intoNetwork(h1, "other"), "out")) > 2);
  });

  it("S04 a port's rate changes while it is plugged", async () => {
    await addNamespace(h1, "vm");
    await createPort(h1, "blue", "vm1", "--opt", "fairway.rate=4mbit");
    await h1.run(["fairway", "port", "plug", "vm1", "--netns", "vm"]);
    const inside = ["nsenter", "--net=/run/netns/vm"];
    isNearly(await ratio(inside, "out", 4_000));
    await h1.sh("fairway port update vm1 --opt fairway.rate=8mbit");
    isNearly(await ratio(inside, "in"));
    await h1.sh("fairway port update vm1 --opt-rm fairway.rate");
    assert.ok((await ratio(inside, "out")) > 2);
    await h1.sh("fairway port rm vm1");
  });

  it("S04 a value that is no rate is refused with what would be right, and nothing is made", async () => {
    for (const value of ["fast", "10", "10mbps", "1kbit"]) {
      const network = `name=blue,driver-opt=fairway.rate=${value}`;
      await assert.rejects(
        h1.docker("run", "--rm", "--network", network, busyboxImage, "true"),
        /option fairway\.rate=\w+ is not valid; it takes a rate from 64kbit to 100gbit, e\.g\. 10mbit/,
      );
    }
    await assert.rejects(
      h1.sh("fairway port create blue --name vm2 --opt fairway.rate=fast"),
      /it takes a rate from 64kbit to 100gbit/,
    );
    const names = await h1.sh("fairway endpoint ls --no-headers | wc -l");
    assert.equal(names.trim(), "3");
  });
});

import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { BackgroundProcess } from "../../lab/host/background.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { answers, createNetwork, hasNetwork, intoNetwork, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";

const checkout = resolve(import.meta.dirname, "../..");
const node = [`${checkout}/node_modules/node/bin/node`, `${checkout}/test/e2e/group.ts`];
const port = "5000";

describe(`multicast, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    for (const [at, name] of ["blue", "green"].entries()) {
      const subnets = ["--subnet", `10.${at + 1}.0.0/24`, "--subnet", `fd00:${at + 1}::/64`];
      await createNetwork(h1, name, "--ipv6", ...subnets, "-o", "multicast=true");
      await hasNetwork(h2, name);
    }
    await startContainer(h1, "sender", "blue", "--ip6", "fd00:1::51");
    await startContainer(h1, "idle1", "blue");
    await startContainer(h2, "member", "blue", "--ip6", "fd00:1::52");
    await startContainer(h2, "idle2", "blue");
    await startContainer(h2, "far", "green");
    await startContainer(h2, "idle3", "green");
  });
  after(() => lab[Symbol.asyncDispose]());

  const run = async (host: Host, container: string, ...words: readonly string[]) =>
    host.spawn([...(await intoNetwork(host, container)), ...words]);
  const begun = (what: BackgroundProcess, text: string) =>
    until(`"${text}"`, () => what.log.includes(text), { timeoutMs: 20_000 });
  const watch = async (host: Host, container: string) => {
    const watching = await run(host, container, "tcpdump", "-lni", "eth0", "udp", "port", port);
    await begun(watching, "listening on");
    return watching;
  };
  /** A program that hears a group, or sends to it. */
  const take = (verb: "hear" | "send", group: string, host: Host, container: string) =>
    run(host, container, ...node, verb, group, port);
  const heard = ({ log }: BackgroundProcess) => log.match(/^news /gm)?.length ?? 0;
  const seen = ({ log }: BackgroundProcess) => log.match(/ > .*UDP/g)?.length ?? 0;

  /** Waits until these counts grow no more, while a member goes on to hear. */
  const fallSilent = (counts: () => readonly number[], member: BackgroundProcess) =>
    until(
      "silence for the others",
      async () => {
        const before = counts();
        const now = heard(member);
        await until("five more", () => heard(member) >= now + 5);
        return counts().every((count, at) => count === before[at]);
      },
      { timeoutMs: 90_000 },
    );

  for (const group of ["239.1.2.3", "ff15::1:2:3"])
    it(`R09 what is sent to ${group} goes to its members alone, on other hosts, too, and to everybody without the option`, async () => {
      await using stack = new AsyncDisposableStack();
      await answers(h1, "sender", "fd00:1::52");
      const idle = [await watch(h1, "idle1"), await watch(h2, "idle2")];
      const member = await take("hear", group, h2, "member");
      const sender = await take("send", group, h1, "sender");
      for (const each of [...idle, member, sender]) stack.use(each);
      await begun(member, "listening");
      await until("the member to hear ten", () => heard(member) >= 10, { timeoutMs: 60_000 });
      assert.deepEqual(idle.map(seen), [0, 0], idle.map(({ log }) => log).join("\n"));
      await h1.run(["fairway", "network", "update", "blue", "-o", "multicast=false"]);
      try {
        await until("the others to get it", () => idle.every((each) => seen(each) >= 10), {
          timeoutMs: 60_000,
        });
      } finally {
        await h1.run(["fairway", "network", "update", "blue", "-o", "multicast=true"]);
      }
      const before = heard(member);
      await fallSilent(() => idle.map(seen), member);
      assert.ok(heard(member) > before);
    });

  it("R09 a router with the option leads what is sent to a group on to the members on another network, on another host", async () => {
    await h1.sh(
      "fairway router create r -o multicast=true; fairway router attach r blue; fairway router attach r green",
    );
    for (const group of ["239.1.2.3", "ff15::1:2:3"]) {
      await using stack = new AsyncDisposableStack();
      const idle = stack.use(await watch(h2, "idle3"));
      const far = stack.use(await take("hear", group, h2, "far"));
      const member = stack.use(await take("hear", group, h2, "member"));
      stack.use(await take("send", group, h1, "sender"));
      await until("the far member to hear ten", () => heard(far) >= 10, { timeoutMs: 60_000 });
      assert.equal(seen(idle), 0, idle.log);
      await h1.sh("fairway router update r -o multicast=false");
      await fallSilent(() => [heard(far)], member);
      await h1.sh("fairway router update r -o multicast=true");
    }
  });
});

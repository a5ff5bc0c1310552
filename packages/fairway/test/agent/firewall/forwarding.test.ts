import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startChassis, until } from "../chassis.ts";
import { makeNetwork, sh } from "../chassis-network.ts";
import { enterPrivateNetwork, startNetwork } from "../private-network.ts";
import { startAgentOn } from "../start-agent.ts";
import { StubCenter } from "../stub-center.ts";

enterPrivateNetwork();
const chassis = await startChassis();
const center = new StubCenter();
const agent = startAgentOn(chassis, center);
after(async () => {
  await agent[Symbol.asyncDispose]();
  await chassis[Symbol.asyncDispose]();
});

const lans = ["lan1", "lan2"] as const;
const neighbours = await Promise.all(lans.map(startNetwork));
after(() => neighbours.forEach((each) => void each.kill("SIGKILL")));
const enter = (at: number, script: string) =>
  sh(`exec nsenter -t ${neighbours[at]?.pid} -n sh -ec '${script}'`);

test("N10 a host forwards IPv6 for its containers and, where it did not before, for nobody else", async () => {
  await sh("ip link set lo up; sysctl -qw net.ipv6.conf.all.forwarding=0");
  for (const [at, lan] of lans.entries()) {
    await sh(`ip link add ${lan} type veth peer name eth0 netns ${neighbours[at]?.pid}; ip link set ${lan} up
      ethtool -K ${lan} tx off >/dev/null; sysctl -qw net.ipv6.conf.${lan}.accept_ra=1
      ip address add fd4${at}::1/64 dev ${lan} nodad`);
    await enter(
      at,
      `ip link set lo up; ip link set eth0 up; ethtool -K eth0 tx off >/dev/null
      ip address add fd4${at}::2/64 dev eth0 nodad; ip -6 route add default via fd4${at}::1`,
    );
  }
  // As a router would have told it.
  await sh("ip -6 route add default via fd40::2 dev lan1 proto ra");
  // A container's end that its engine has not moved yet.
  await sh("ip link add fc0123456789a type bridge; ip link set fc0123456789a up");
  const blue = await makeNetwork({ chassis, agent });
  center.set(blue.items);
  await agent.uplinkReady(blue.network, AbortSignal.timeout(15_000));
  await until("the way out", () => blue.enter("ping -c 1 -W 1 fd41::2"));
  assert.equal(await sh("sysctl -n net.ipv6.conf.all.forwarding"), "1");
  await until("both interfaces in the rules", async () =>
    assert.match(await sh("nft list set inet fairway not_forwarding"), /"lan1".*"lan2"|"lan2".*"lan1"/s),
  );
  assert.doesNotMatch(await sh("nft list set inet fairway not_forwarding"), /fc0123456789a/);
  await sh("ip link delete fc0123456789a");
  await enter(0, "ping -c 1 -W 3 fd40::1");
  await assert.rejects(enter(0, "ping -c 2 -i 0.2 -W 1 fd41::2"), "lan1 to lan2");
  for (const lan of lans)
    assert.equal(
      await sh(`sysctl -n net.ipv6.conf.${lan}.forwarding net.ipv6.conf.${lan}.accept_ra`),
      "0\n1",
      "it is still a host there",
    );
  assert.match(await sh("ip -6 route show default"), /via fd40::2/);
  // Somebody makes the host a router: then it is one.
  await sh("sysctl -qw net.ipv6.conf.all.forwarding=1");
  await until("lan2 from lan1", () => enter(0, "ping -c 1 -W 1 fd41::2"));
  await sh("sysctl -qw net.ipv6.conf.all.forwarding=0");
  center.set([]);
  await until("the end of the uplink", async () => assert.doesNotMatch(await sh("ip link"), /fw-leg/));
  center.set(blue.items);
  await until("the way out again", () => blue.enter("ping -c 1 -W 1 fd41::2"));
  center.set([]);
  await until("the end of forwarding", async () =>
    assert.equal(await sh("sysctl -n net.ipv6.conf.all.forwarding"), "0"),
  );
});

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../../lab/host/host.ts";
import { Lab } from "../../../lab/lab.ts";
import { until } from "../../../lab/until.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  intoNetwork,
  removeAll,
  startContainer,
  startSpeaker,
} from "../docker-network.ts";
import { doctorSays } from "../doctor-says.ts";
import { variant } from "../settings.ts";

describe(`a container and the services of hosts, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab, { hosts: {} });
    for (const host of [h1, h2]) {
      host.spawn(["socat", "TCP6-LISTEN:9999,ipv6only=0,fork,reuseaddr", `SYSTEM:echo ${host.name}`]);
      host.spawn(["socat", "UDP6-RECVFROM:9998,ipv6only=0,fork", `SYSTEM:echo ${host.name}`]);
    }
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64");
    await hasNetwork(h2, "blue");
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h1, h2]) await removeAll(host, ["web", "db"], []);
  });

  /** What a container gets from a service at `PROTOCOL:ADDRESS:PORT`; empty where it gets nothing. */
  async function ask(host: Host, container: string, place: string): Promise<string> {
    const words = [...(await intoNetwork(host, container)), "socat", "-T", "2", "-", place];
    const { stdout } = await host.run(words, { check: false, input: "hello\n" });
    return stdout.trim();
  }

  /** A host's own addresses on the transit links: every container that knows them could ask there. */
  async function uplinkAddresses(host: Host): Promise<readonly string[]> {
    const shown = await until("the host's uplink", async () => {
      const text = await host.sh("ip -oneline address show | grep -E 'fw-legh' | grep -vE ' fe80' || true");
      return text.includes(" fdfa::") && text;
    });
    return Array.from(shown.matchAll(/inet6? ([^/ ]+)/g), ([, address = ""]) => address);
  }

  const places = (address: string) => {
    const [tcp, udp] = address.includes(":") ? ["TCP6", "UDP6"] : ["TCP4", "UDP4"];
    const bare = address.includes(":") ? `[${address}]` : address;
    return [`${tcp}:${bare}:9999,connect-timeout=2`, `${udp}:${bare}:9998`];
  };

  it("N09 reaches no service of another host by that host's own address on the network's link, nor what is published there", async () => {
    await startContainer(h1, "web", "blue");
    await startSpeaker(h2, "db", "blue", "db", "-p", "8080:80");
    const addresses = await uplinkAddresses(h2);
    assert.equal(addresses.length, 2);
    const far = await addressOf(h1, "web");
    // The way there is open for what h2 itself begins.
    await h2.run(["ping", "-c", "1", "-W", "5", far]);
    for (const address of addresses) {
      for (const place of places(address)) assert.equal(await ask(h1, "web", place), "", place);
      const bare = address.includes(":") ? `TCP6:[${address}]` : `TCP4:${address}`;
      assert.equal(await ask(h1, "web", `${bare}:8080,connect-timeout=2`), "", `${bare}:8080`);
    }
    await h2.run(["ping", "-c", "1", "-W", "5", far]);
  });

  it("N09 reaches the services of its own host, or names alone where that host says so", async () => {
    const restart = async (from: string, to: string) => {
      await h1.sh(`sed -i 's/"hosts": {${from}}/"hosts": {${to}}/' /etc/fairway/fairway.yaml`);
      await h1.daemon("fairway").stop();
      await h1.daemon("fairway").start();
    };
    const closed = '"services": "names"';
    await startSpeaker(h1, "db", "blue", "db", "-p", "8081:80");
    await startContainer(h1, "web", "blue");
    // A server of datagrams that does not say from which address answers by the host's main one.
    const own = [
      ...places(h1.address),
      ...["169.254.77.2", "fdfa::2"].flatMap((each) => places(each).slice(0, 1)),
    ];
    for (const place of own)
      await until(`the service at ${place}`, async () => (await ask(h1, "web", place)) === "h1");
    await restart("", closed);
    try {
      await until("the uplink to be closed", async () => (await ask(h1, "web", own[0] ?? "")) === "");
      for (const place of own) assert.equal(await ask(h1, "web", place), "", place);
      assert.equal(await ask(h1, "web", `TCP4:${h1.address}:8081,connect-timeout=2`), "db");
      await until("names", async () =>
        (
          await h1
            .docker(
              "run",
              "--rm",
              "--network",
              "blue",
              "--dns",
              "169.254.53.53",
              busyboxImage,
              "nslookup",
              "web",
              "169.254.53.53",
            )
            .catch(() => "")
        ).includes("10.1.0."),
      );
      await h1.run(["ping", "-c", "1", "-W", "5", await addressOf(h1, "web")]);
    } finally {
      await restart(closed, "");
    }
    for (const place of own)
      await until(`the service at ${place}`, async () => (await ask(h1, "web", place)) === "h1");
  });

  it("O03 doctor warns that others than the cluster's hosts may send to the tunnels' port", async () => {
    // The lab's datapath is in userspace: no rule of the kernel's firewall is asked.
    await doctorSays(h1, /^warn +tunnel port +UDP 6081 passes by this machine's firewall/m);
  });
});

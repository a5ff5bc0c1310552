import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  elementsOf,
  type HostFacts,
  type RuledUplink,
  wholeTable,
} from "../../../src/agent/firewall/ruleset.ts";
import { NameServer } from "../../../src/agent/names/name-server.ts";
import { Routing } from "../../../src/agent/uplinks/routing.ts";
import { until } from "../chassis.ts";
import { startNetwork } from "../private-network.ts";
import { quiet } from "../stub-center.ts";
import { api, ask, children, links, netlink, run, uplinkOf, uplinks } from "./two-uplinks.ts";

/** A server behind this host that answers each question with its own address, and a route of the containers to it. */
async function startOutside(addresses: readonly string[]): Promise<ChildProcess> {
  const outside = await startNetwork();
  children.push(outside);
  const inside = [`--net=/proc/${outside.pid}/ns/net`];
  await run("ip", ["link", "add", "wire", "type", "veth", "peer", "name", "eth0", "netns", `${outside.pid}`]);
  const script = `
    ip address add 192.0.2.1/24 dev wire; ip address add fd00:2::1/64 dev wire nodad; ip link set wire up
    sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    nsenter ${inside[0]} sh -ec '
      ${addresses.map((address) => `ip address add ${address}/${address.includes(":") ? "64 nodad" : "24"} dev eth0`).join("; ")}
      ip link set eth0 up; ip link set lo up
      ip route add default via 192.0.2.1; ip -6 route add default via fd00:2::1'`;
  await run("sh", ["-ec", script]);
  const server = spawn(
    "nsenter",
    [
      ...inside,
      process.execPath,
      fileURLToPath(new URL("./own-address-server.ts", import.meta.url)),
      ...addresses,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  children.push(server);
  await once(server.stdout, "data");
  return outside;
}

test("M05 names are answered in the place of the server that a container asks, whatever else by that server, and without the agent it is asked itself", async () => {
  const servers = ["192.0.2.53", "fd00:2::53"];
  await startOutside([...servers, "192.0.2.54"]);
  const nft = async (script: string) => {
    const child = spawn("nft", ["-f", "-"], { stdio: ["pipe", "inherit", "inherit"] });
    child.stdin.end(script);
    assert.deepEqual(await once(child, "exit"), [0, null]);
  };
  const item = { mode: "routed", network: "blue", cidrs: ["10.1.0.0/24"], addresses: [], kind: "uplink" };
  const uplink = { item, name: "uplink2", number: 2 } as unknown as RuledUplink;
  const facts: HostFacts = {
    wireBridges: new Set(),
    notForwarding: new Set(),
    tunnelPort: 6081,
    services: "names",
    ownAddresses: new Map(),
  };
  await nft(wholeTable(elementsOf([uplink], [], facts), true));
  const inside = `nsenter --net=/proc/${uplinks[1]?.pid}/ns/net`;
  await run("sh", [
    "-ec",
    `ip -6 address add fd00:1::1/64 dev uplink2 nodad; ip -6 route add fd00:1::/64 dev uplink2 table 102; ip -6 rule add fwmark 2 lookup 102
     ip route replace 10.1.0.0/24 dev uplink2
     ${inside} ip address add fd00:1::2/64 dev eth0 nodad; ${inside} ip -6 route add default via fd00:1::1
     # The host takes no neighbour discovery from a closed uplink; OVN's routers need none.
     ${inside} ip -6 neighbour replace fd00:1::1 dev eth0 lladdr $(ip -brief link show uplink2 | awk '{ print $3 }')
     ip -6 neighbour replace fd00:1::2 dev uplink2 lladdr $(${inside} ip -brief link show eth0 | awk '{ print $3 }')`,
  ]);
  const routing = new Routing(netlink);
  const parts = { api, hostName: "h1", netlink, links, logger: quiet, resolvConf: "/nowhere" };
  const all = [["192.0.2.53"], ["fd00:2::53"], ["192.0.2.54"]];
  const asked = (name: string, type = "A") =>
    Promise.all(
      [...servers.map((each) => (each.includes(":") ? `[${each}]` : each)), "192.0.2.54"].map((server) =>
        ask(uplinks[1], name, type, server),
      ),
    );
  assert.deepEqual(await asked("server", "TXT"), all, "nobody stands between them");
  {
    const interception = { servers: { list: async () => servers }, routing };
    await using server = new NameServer({ ...parts, interception });
    server.serve([uplinkOf(2, "blue")]);
    await until("names in a server's place", async () =>
      assert.deepEqual(await asked("web"), [["10.1.0.72"], ["10.1.0.72"], ["192.0.2.54"]]),
    );
    for (const name of ["server", "stranger"]) assert.deepEqual(await asked(name, "TXT"), all);
    assert.equal((await ask(uplinks[1], "many", "A", servers[0])).length, 200, "by TCP");
    assert.match((await run("ip", ["rule"])).stdout, /fwmark 0x20000\/0x20000/);
    server.serve([{ ...uplinkOf(2, "blue"), namesFlowPast: true }]);
    await until("questions of a network with dns=off to flow past", async () =>
      assert.deepEqual((await asked("web"))[0], ["192.0.2.53"]),
    );
    assert.doesNotMatch((await run("ip", ["rule"])).stdout, /0x20000/);
    assert.deepEqual(
      await ask(uplinks[1], "web", "A", "169.254.53.53"),
      ["10.1.0.72"],
      "the agent itself answers",
    );
    server.serve([uplinkOf(2, "blue")]);
    await until("names in a server's place again", async () =>
      assert.deepEqual((await asked("web"))[0], ["10.1.0.72"]),
    );
  }
  assert.deepEqual(await asked("web", "TXT"), all, "the agent is gone, and questions flow past");
  await using server = new NameServer({
    ...parts,
    interception: { servers: { list: async () => [] }, routing },
  });
  server.serve([uplinkOf(2, "blue")]);
  await until("the rule to be gone", async () =>
    assert.doesNotMatch((await run("ip", ["rule"])).stdout, /0x20000/),
  );
  await nft("delete table inet fairway");
});

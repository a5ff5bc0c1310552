import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { nameServer } from "./ask.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  inspect,
  ping,
  removeAll,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Wire } from "./wire.ts";

const api = "http://localhost:8081";

/** On hosts that are not the center: whose role their calls have. */
const tokenFile = "/etc/fairway/vlcp-token";

/** As VLCP's documents print them. */
const walkThrough = [
  `curl -g '${api}/viperflow/createphysicalnetwork?type=vlan&vlanrange=\`[[1000,1100]]\`&id=vlan'`,
  `curl -g '${api}/viperflow/createphysicalport?physicalnetwork=vlan&name=trunk0'`,
  `curl -g '${api}/viperflow/createphysicalnetwork?type=vxlan&vnirange=\`[[10000,11000]]\`&id=vxlan'`,
  `curl -g '${api}/viperflow/createphysicalport?physicalnetwork=vxlan&name=vxlan0'`,
];

/** The bridge of VLCP's documents, here with a datapath in user space, and then without VLCP, as docs/vlcp.md says. */
const bridgeOfVlcp = `
  ovs-vsctl add-br dockerbr0 -- set Bridge dockerbr0 datapath_type=netdev
  ovs-vsctl set-fail-mode dockerbr0 secure
  ovs-vsctl set-controller dockerbr0 tcp:127.0.0.1
  ovs-vsctl add-port dockerbr0 trunk0
  ip link set trunk0 up
  ovs-vsctl del-controller dockerbr0
  ovs-vsctl set-fail-mode dockerbr0 standalone`;

interface Answer {
  readonly result?: Record<string, unknown>[];
  readonly error?: string;
}

describe(`VLCP's calls, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    const wire = await Wire.lay(lab);
    for (const host of [h1, h2]) {
      await wire.plug(host, "trunk0");
      await host.sh(bridgeOfVlcp);
    }
    await startFairway(lab, { api: { vlcp: 8081, vlcpToken: tokenFile } });
    await until(
      "the port of VLCP's calls",
      async () => (await curl(`curl '${api}/viperflow/listsubnets'`)).result,
    );
    clean = [await tracesOf(h1), await tracesOf(h2)];
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    await removeAll(h2, ["db"], []);
    await removeAll(h1, ["web"], ["blue", "test_network_a", "network_a"]);
    for (const name of ["network_a", "network_b"])
      await h1.run(["fairway", "network", "rm", name], { check: false });
    await h1.run(["fairway", "router", "rm", "r1"], { check: false });
    for (const [network, nic] of [
      ["vlan", "trunk0"],
      ["vxlan", "vxlan0"],
    ]) {
      await h1.run(["fairway", "physical-port", "rm", network ?? "", nic ?? ""], { check: false });
      await h1.run(["fairway", "physical-network", "rm", network ?? ""], { check: false });
    }
    await becomes(h1, clean[0] ?? "");
    await becomes(h2, clean[1] ?? "");
  });

  /** Runs a line of a shell as it is printed, on the center or another host. */
  async function curl(line: string, on = h1): Promise<Answer> {
    const { stdout } = await on.run(["bash", "-c", line], { check: false });
    return stdout === "" ? {} : (JSON.parse(stdout) as Answer);
  }
  async function answered(line: string, on = h1): Promise<Record<string, unknown>[]> {
    const { result = [], error } = await curl(line, on);
    assert.equal(error, undefined, line);
    return result;
  }
  const areReached = (from: Host, container: string, to: string) =>
    until(`${to} from ${container}`, async () => (await ping(from, container, to).catch(() => "")) !== "");

  it("A01 the walk-through, and then containers on two hosts as the quick guide makes them", async () => {
    for (const line of walkThrough) assert.equal((await answered(line)).length, 1, line);
    const own = [
      "-o",
      "physicalnetwork=vxlan",
      "-o",
      "mtu=1400",
      "--subnet",
      "192.168.1.0/24",
      "--gateway",
      "192.168.1.1",
    ];
    await createNetwork(h1, "test_network_a", ...own);
    await hasNetwork(h2, "test_network_a");
    await startContainer(h1, "web", "test_network_a");
    // Engines from 28 on ask Fairway for names where a server is set: docs/names.md.
    await startContainer(h2, "db", "test_network_a", "--dns", nameServer);
    await areReached(h2, "db", await addressOf(h1, "web"));
    await areReached(h2, "db", "web");
    const [network] = await answered(`curl -g '${api}/viperflow/listlogicalnetworks?physicalnetwork=vxlan'`);
    assert.deepEqual([network?.["id"], network?.["vni"], network?.["mtu"]], ["test_network_a", 10_000, 1400]);
    const ports = await answered(`curl -g '${api}/viperflow/listlogicalports?logicalnetwork=test_network_a'`);
    const shown = ports.map((port) => [port["ip_address"], port["host"]]);
    const expected = [
      [await addressOf(h1, "web"), "h1"],
      [await addressOf(h2, "db"), "h2"],
    ];
    assert.deepEqual(new Set(shown.map(String)), new Set(expected.map(String)));
  });

  it("A01 A02 a logical network with a subnet is on every engine, on its VLAN, until it is deleted in reverse order", async () => {
    for (const line of walkThrough.slice(0, 2)) await answered(line);
    await answered(
      `curl -g -d 'physicalnetwork=vlan&id=network_a&vlanid=1007' '${api}/viperflow/createlogicalnetwork'`,
    );
    await answered(
      `curl -g -d 'logicalnetwork=network_a&cidr=192.168.7.0/24&allocated_start=192.168.7.100&id=subnet_a' '${api}/viperflow/createsubnet'`,
    );
    for (const host of [h1, h2])
      await until(`the subnet on ${host.name}`, async () => {
        const { stdout } = await host.run(["docker", "network", "inspect", "network_a"], { check: false });
        return stdout.includes('"192.168.7.0/24"');
      });
    await startContainer(h1, "web", "network_a");
    await startContainer(h2, "db", "network_a");
    await using frames = lab.underlay.spawn(["tcpdump", "-n", "-e", "-l", "-i", "wire", "vlan and icmp"]);
    const web = await addressOf(h1, "web");
    assert.match(web, /^192\.168\.7\.1\d\d$/);
    await areReached(h2, "db", web);
    await frames.printed(/vlan 1007.*ICMP/);
    const busy = await curl(`curl -g '${api}/viperflow/deletelogicalnetwork?id=network_a'`);
    assert.match(busy.error ?? "", /still has 2 ports/);
    await h2.docker("rm", "-f", "db");
    await h1.docker("rm", "-f", "web");
    for (const [call, parameters] of [
      ["deletesubnet", "id=subnet_a"],
      ["deletelogicalnetwork", "id=network_a"],
      ["deletephysicalport", "name=trunk0"],
      ["deletephysicalnetwork", "id=vlan"],
    ])
      assert.deepEqual(
        await curl(`curl -g '${api}/viperflow/${call}?${parameters}'`),
        { result: { status: "OK" } },
        call,
      );
    for (const host of [h1, h2]) {
      const { code } = await host.run(["docker", "network", "inspect", "network_a"], { check: false });
      assert.notEqual(code, 0, `${host.name} has it no more`);
    }
    assert.match(await h1.sh("ovs-vsctl list-ports dockerbr0"), /trunk0/, "what was adopted stays");
  });

  it("A01 the walk-through on a host that is not the center, in the name of a principal", async () => {
    const [first = ""] = walkThrough;
    const refused = await curl(first, h2);
    assert.match(refused.error ?? "", /^the token in \/etc\/fairway\/vlcp-token cannot be read/);
    const { token } = JSON.parse(await h1.sh("fairway principal create vlcp --role admin -o json")) as {
      token: string;
    };
    await h2.sh(`umask 077; echo ${token} >${tokenFile}`);
    for (const line of walkThrough) assert.equal((await answered(line, h2)).length, 1, line);
    assert.equal((await answered(`curl '${api}/viperflow/listphysicalports'`)).length, 2);
    await answered(
      `curl -g -d 'physicalnetwork=vxlan&id=network_a' '${api}/viperflow/createlogicalnetwork'`,
      h2,
    );
    await answered(
      `curl -g -d 'logicalnetwork=network_a&cidr=192.168.8.0/24&id=subnet_a' '${api}/viperflow/createsubnet'`,
      h2,
    );
    for (const host of [h1, h2]) await hasNetwork(host, "network_a");
    await startContainer(h1, "web", "network_a");
    await startContainer(h2, "db", "network_a");
    await areReached(h2, "db", await addressOf(h1, "web"));
    await h1.docker("rm", "-f", "web");
    await h2.docker("rm", "-f", "db");
    assert.deepEqual(await curl(`curl -g '${api}/viperflow/deletelogicalnetwork?id=network_a'`, h2), {
      result: { status: "OK" },
    });
    assert.match(
      await h1.sh("cat /var/log/fairway.log"),
      /"author":"principal vlcp"/,
      "whose changes they are",
    );
    assert.doesNotMatch(await h2.sh("cat /var/log/fairway.log"), new RegExp(token));
    await h1.sh("fairway principal rm vlcp");
    await h2.sh(`rm ${tokenFile}`);
  });

  it("A02 R01 a virtual router connects a VLAN and a network on tunnels", async () => {
    for (const line of walkThrough) await answered(line);
    const call = (name: string, parameters: string) =>
      answered(`curl -g -d '${parameters}' '${api}/${name}'`);
    for (const [id, carrier, at] of [
      ["a", "vlan", 1],
      ["b", "vxlan", 2],
    ] as const) {
      await call("viperflow/createlogicalnetwork", `physicalnetwork=${carrier}&id=network_${id}`);
      const subnet = `cidr=192.168.${at}.0/24&gateway=192.168.${at}.1&id=subnet_${id}`;
      await call("viperflow/createsubnet", `logicalnetwork=network_${id}&${subnet}`);
      for (const host of [h1, h2]) await hasNetwork(host, `network_${id}`);
    }
    await call("vrouterapi/createvirtualrouter", "id=r1");
    for (const id of ["a", "b"]) await call("vrouterapi/addrouterinterface", `router=r1&subnet=subnet_${id}`);
    await startContainer(h1, "web", "network_a");
    await startContainer(h2, "db", "network_b");
    await areReached(h2, "db", await addressOf(h1, "web"));
    await areReached(h1, "web", await addressOf(h2, "db"));
    const busy = await curl(`curl -g '${api}/vrouterapi/deletevirtualrouter?id=r1'`);
    assert.match(busy.error ?? "", /router r1 has the networks network_a, network_b; detach them first/);
    const interfaces = await answered(`curl -g '${api}/vrouterapi/listrouterinterfaces?id=r1'`);
    for (const { id } of interfaces)
      assert.deepEqual(await curl(`curl -g '${api}/vrouterapi/removerouterinterface?id=${String(id)}'`), {
        result: { status: "OK" },
      });
    await call("vrouterapi/deletevirtualrouter", "id=r1");
  });

  it("A01 nobody else reaches the port, and a page in a browser changes nothing", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await startContainer(h1, "web", "blue");
    const gateway = await inspect(h1, "web", "{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}");
    const fromContainer = ["exec", "web", "nc", "-w", "2", gateway, "8081"];
    await assert.rejects(h1.docker(...fromContainer), /./, "from a container by its host's address");
    for (const [from, to] of [
      [h2, h1],
      [h1, h2],
    ] as const) {
      const other = ["curl", "-sS", "-m", "5", `http://${to.address}:8081/`];
      assert.equal((await from.run(other, { check: false })).code, 7, "connection refused");
    }
    for (const host of [h1, h2]) {
      const line = `curl -H 'Origin: http://evil.example' '${api}/viperflow/deletelogicalnetwork?id=blue'`;
      assert.match((await curl(line, host)).error ?? "", /the header Origin is another one's/);
    }
    await hasNetwork(h1, "blue");
  });
});

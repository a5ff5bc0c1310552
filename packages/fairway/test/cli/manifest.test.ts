import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { mirrorOn } from "../center/networks/asked.ts";
import { root } from "../center.ts";
import { everything, ManifestRuns, startCluster } from "./manifest-runs.ts";

describe("a manifest", () => {
  let on: ManifestRuns;
  before(async () => {
    on = await ManifestRuns.start();
  });
  after(() => on[Symbol.asyncDispose]());

  test("A08 a file makes all that it says on an empty cluster, and the second time nothing", async () => {
    await using api = await startCluster();
    const plan = await on.printed(api, everything, "--plan");
    assert.match(plan, /^\+ physical network office\n {4}type: vlan\n {4}ranges: \["1000-1030"\]\n/);
    assert.match(plan, /^\+ port vm1$/m);
    assert.match(plan, /\n9 to create, 0 to change, 0 to remove; 0 documents say what is so already\n$/);
    assert.deepEqual(api.center.service.networks.list({}, root), [], "a plan changes nothing");
    const out = await on.printed(api, everything);
    assert.match(out, /^created physical port office\/eth1 on node-1$/m);
    assert.match(out, /^created principal ci: its token, which nothing shows again: fwp_[\w-]{43}$/m);
    const { service } = api.center;
    const blue = service.networks.show("blue", root);
    assert.deepEqual([blue.origin, blue.mtu.asked, blue.labels], ["api", 1400, { team: "web" }]);
    assert.equal(service.addresses.show("10.1.0.9", root).note, "printer");
    assert.deepEqual(service.ports.show("vm1", root).mac, "0a:00:00:00:00:88");
    const before = api.rows();
    assert.equal(await on.printed(api, everything), "nothing to do: 9 documents say what is so already\n");
    assert.equal(api.rows(), before);
  });

  test("A08 an export, applied on an empty cluster, makes the same, and applied again anywhere changes nothing", async () => {
    await using api = await startCluster();
    await on.printed(api, everything);
    const docker = await api.center.network("node-1", "10.7.0.0/24", {
      more: { "subnet:allocated_start": "10.7.0.100", "port-security": "off", mtu: "1380", "x-a": "b" },
    });
    await api.center.service.dockerNetworks.describe(
      "node-1",
      docker.id,
      { name: "docked", labels: { l: "1" } },
      root,
    );
    const own = await api.center.network("node-1", "10.8.0.0/24", { scope: "host" });
    await api.center.service.dockerNetworks.describe(
      "node-1",
      own.id,
      { name: "own", options: { scope: "host" } },
      root,
    );
    const text = await on.exported(api);
    const kinds = parseAllDocuments(text).map((document) => {
      const { kind, name = "" } = document.toJS() as { kind: string; name?: string };
      return `${kind} ${name}`;
    });
    assert.deepEqual(kinds, [
      "PhysicalNetwork office",
      "PhysicalPort ",
      "Network blue",
      "Network docked",
      "Network shut",
      "Network wired",
      "Router r1",
      "Reservation ",
      "Port vm1",
      "Principal ci",
    ]);
    const before = api.rows();
    assert.equal(
      await on.printed(api, text, "--prune"),
      "nothing to do: 10 documents say what is so already\n",
    );
    assert.equal(api.rows(), before);

    await using other = await startCluster();
    await on.printed(other, text);
    const again = await on.exported(other);
    const withoutTimes = (yaml: string) => yaml.replaceAll(/^expires: .*$/gm, "expires");
    assert.equal(withoutTimes(again), withoutTimes(text));
    assert.equal(await on.printed(other, text), "nothing to do: 10 documents say what is so already\n");
    assert.equal(
      other.center.service.ports.show("vm1", root).ifaceId,
      api.center.service.ports.show("vm1", root).ifaceId,
      "what is plugged by its iface-id need not be told another one",
    );
    const json = await on.run(api, ["export", "-o", "json"]);
    const file = await on.fileOf(json.out, "net.json");
    const applied = await on.run(other, ["apply", "-f", file, "-o", "json"]);
    assert.deepEqual(JSON.parse(applied.out), { steps: [], same: 10, done: true });
  });

  test("A08 what differs is changed and said, field by field, and nothing else is touched", async () => {
    await using api = await startCluster();
    await on.printed(api, everything);
    await api.send("POST", "/v1/networks", { name: "elsewhere" });
    const wired = JSON.stringify(api.center.service.networks.show("wired", root));
    const text = everything
      .replace("team: web", "team: ops")
      .replace("  - cidr: 10.4.0.0/24", "  - cidr: 10.2.0.0/24")
      .replace("note: printer", "note: scanner")
      .replace('labels: {room: "4"}\n', "")
      .replace("addresses: [10.1.0.50]", "addresses: [10.1.0.60]")
      .replace("[1000-1030]", "[1000-1040]")
      .replace("role: viewer", "role: member");
    const out = await on.printed(api, text);
    for (const line of [
      '    labels: {"team":"web"} → {"team":"ops"}',
      "    subnet 10.2.0.0/24: none → made",
      "    subnet 10.4.0.0/24: removed",
      "    note: printer → scanner",
      '    labels: {"room":"4"} → none',
      '    ranges: ["1000-1030"] → ["1000-1040"]',
      "    role: viewer → member",
      "    cuts: what uses 10.1.0.50 until it takes the new address",
      "0 to create, 5 to change, 0 to remove; 4 documents say what is so already",
      "changed port vm1",
    ])
      assert.ok(out.split("\n").includes(line), `${line}\n\n${out}`);
    const { networks, addresses, ports } = api.center.service;
    assert.deepEqual(
      networks.show("blue", root).subnets.map(({ cidr }) => cidr),
      ["10.1.0.0/24", "10.2.0.0/24", "fd00:1::/64"],
    );
    assert.deepEqual(addresses.show("10.1.0.9", root).labels, {});
    assert.deepEqual(ports.show("vm1", root).addresses, ["10.1.0.60/24", "fd00:1::2/64"]);
    assert.equal(JSON.stringify(networks.show("wired", root)), wired);
    assert.equal(networks.show("elsewhere", root).name, "elsewhere");
    assert.match(await on.printed(api, text), /^nothing to do/);
  });

  test("A08 --prune removes what the API made and no file says; what engines made stays, and what that needs", async () => {
    await using api = await startCluster();
    await on.printed(api, everything);
    const docker = await api.center.network("node-1", "10.7.0.0/24", {
      more: { physicalnetwork: "office", vlanid: "1007" },
    });
    await api.center.service.dockerNetworks.describe(
      "node-1",
      docker.id,
      { name: "docked", options: { physicalnetwork: "office", vlanid: "1007" } },
      root,
    );
    await api.send("PUT", "/v1/physical-networks/spare", { type: "flat" });
    const shut = "kind: Network\nname: shut\nmode: isolated\ninternal: true\n";
    const asked: string[] = [];
    const question = async (text: string) => (asked.push(text), "n");
    const file = await on.fileOf(shut);
    const before = api.rows();
    const refused = await on.run(api, ["apply", "-f", file, "--prune"], { question });
    assert.deepEqual([refused.status, asked.length, api.rows()], [1, 1, before]);
    const out = await on.printed(api, shut, "--prune", "--yes");
    assert.deepEqual(
      out.split("\n").filter((line) => line.startsWith("removed")),
      [
        "removed port vm1",
        "removed router r1",
        "removed network blue",
        "removed network wired",
        "removed physical network spare",
      ],
    );
    const { networks, physicalNetworks, principals } = api.center.service;
    assert.deepEqual(
      networks.list({}, root).map(({ name }) => name),
      ["docked", "shut"],
    );
    assert.deepEqual(
      physicalNetworks.list({}, root).map(({ name, ports }) => [name, ports.length]),
      [["office", 1]],
    );
    assert.deepEqual(
      principals.list({}, root).map(({ name }) => name),
      ["ci"],
      "who may use the API is nobody's to prune",
    );
    assert.match(await on.printed(api, shut, "--prune"), /^nothing to do/);
  });

  test("A08 a plan is one transaction: where one document is refused nothing is made, whatever stands before it", async () => {
    await using api = await startCluster();
    const faults: Readonly<Record<string, RegExp>> = {
      // What needs the network of the same file, last of its kind.
      "kind: Port\nname: vm2\nnetwork: blue\naddresses: [10.1.0.9]\n":
        /^fairway: net\.yaml:\d+: document 10 \(port vm2\): address 10\.1\.0\.9 is already in use by the reservation "printer" /,
      "kind: Port\nname: vm2\nnetwork: blue\nhost: node-2\n":
        /document 10 \(port vm2\): no host "node-2"; did you mean "node-1"\?$/,
      "kind: Reservation\nnetwork: wired\nip: 10.9.0.1\n":
        /document 10 \(reservation 10\.9\.0\.1@wired\): ip is not an address that a host can have on network wired; it is 10\.9\.0\.1$/,
      "kind: Network\nname: more\noptions: {physicalnetwork: office, vlanid: '1005'}\n":
        /document 10 \(network more\): VLAN 1005 is taken by network wired$/,
    };
    for (const [document, expected] of Object.entries(faults)) {
      const text = `${everything}---\n${document}`;
      for (const flags of [[], ["--plan"]]) {
        const told = await on.refusedWith(api, text, ...flags);
        assert.equal(told.length, 1, told.join("\n"));
        assert.match(told[0] ?? "", expected);
      }
    }
    assert.match(await on.printed(api, everything), /^created principal ci/m);
  });

  test("A08 --prune leaves a network to its containers, and says so; what carries it stays as long", async () => {
    await using api = await startCluster();
    await on.printed(api, everything);
    const wired = await mirrorOn(api.center, "node-1", "wired");
    const web = await api.center.endpoint("node-1", wired);
    const shut = "kind: Network\nname: shut\nmode: isolated\ninternal: true\n";
    const out = await on.printed(api, shut, "--prune");
    assert.match(
      out,
      /^- network wired\n {4}cuts: nothing yet: it has a container or port, and goes when it has none$/m,
    );
    assert.match(out, /^network wired: being removed; /m);
    assert.doesNotMatch(out, /office/);
    assert.equal(api.center.service.endpoints.show(web.uuid, root).network.name, "wired");
    assert.match(await on.printed(api, shut, "--prune"), /^nothing to do/);
  });

  test("A08 networks that engines made keep on another cluster what their options said", async () => {
    await using api = await startCluster();
    await using other = await startCluster();
    const cases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      masqueraded: { "com.docker.network.bridge.enable_ip_masquerade": "false" },
      ungated: { "subnet:disablegateway": "true" },
      closed: { disablegateway: "true" },
      routed: { mode: "routed", dns: "off", "host-access": "false" },
      small: { "com.docker.network.driver.mtu": "1300" },
      led: { "subnet:host_routes": '[["10.99.0.0/16","10.1.6.7"]]', "subnet:x-a": "b" },
      kept: { scope: "cluster", team: "web", "x-y": "`z`" },
    };
    for (const [at, [name, more]] of Object.entries(cases).entries()) {
      const { id } = await api.center.network("node-1", `10.1.${at + 1}.0/24`, { more });
      await api.center.service.dockerNetworks.describe("node-1", id, { name, options: more }, root);
    }
    const text = await on.exported(api);
    await on.printed(other, text);
    assert.equal(await on.exported(other), text);
    // What is written in another way is compared by the center.
    const longer = text.replaceAll("    gateway:", "    auxiliaries: []\n    gateway:");
    assert.notEqual(longer, text);
    for (const cluster of [api, other])
      assert.equal(await on.printed(cluster, longer), "nothing to do: 7 documents say what is so already\n");
  });
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "../center.ts";
import { everything, ManifestRuns, startCluster } from "./manifest-runs.ts";

describe("what of a manifest cannot be", () => {
  let on: ManifestRuns;
  before(async () => {
    on = await ManifestRuns.start();
  });
  after(() => on[Symbol.asyncDispose]());

  test("A08 errors name the file, the line, the document and the field, all at once, and nothing is changed", async () => {
    await using api = await startCluster();
    await on.printed(api, everything);
    assert.deepEqual(
      await on.refusedWith(
        api,
        "kind: Netwrok\nname: a\n---\nkind: Network\nname: b\nsubnets:\n  - cidr: 10.5.0.0\n---\n- kind: Port\n  name: c\n  network: blue\n  colour: red\n",
      ),
      [
        'fairway: net.yaml:1: document 1: kind must be one of "PhysicalNetwork", "PhysicalPort", "Organization", "Zone", "Network", "Router", "SecurityGroup", "Policy", "Reservation", "Port", "Vip", "Principal"; it is "Netwrok"',
        'fairway: net.yaml:7: document 2 (Network b): subnets[0].cidr must be a subnet in CIDR notation, e.g. 10.1.0.0/24 or fd00:1::/64; it is "10.5.0.0"',
        'fairway: net.yaml:12: document 3 (Port c): unknown key "colour"; known here: id, network, organization, addresses, subnet, mac, host, labels, options, name',
      ],
    );
    assert.deepEqual(await on.refusedWith(api, "kind: Network\nname: d\n---\nkind: Network\nname: d\n"), [
      "fairway: net.yaml:4: document 2 (network d): is there already, at net.yaml:1: document 1 (network d); say it once",
    ]);
    const [broken] = await on.refusedWith(api, "kind: [Network\n");
    assert.match(broken ?? "", /^fairway: net\.yaml:\d: not YAML: /);
    assert.deepEqual(await on.refusedWith(api, "# nothing\n"), ["fairway: net.yaml: no document is there"]);
    // What only the center knows.
    assert.deepEqual(
      await on.refusedWith(
        api,
        [
          "kind: Network\nname: blue\ninternal: true\nlabels: {team: web}",
          "kind: Network\nname: new\nsubnets: [{cidr: 10.6.0.0/24, gateway: 10.6.1.1, ranges: [10.9.0.0/24]}]",
          "kind: Reservation\nnetwork: blue\nip: 10.1.0.50",
          "kind: Port\nname: vm1\nnetwork: shut\nmac: 0a:00:00:00:00:88",
          "kind: PhysicalPort\nphysicalNetwork: offise\ninterface: eth2",
          "kind: PhysicalNetwork\nname: office\ntype: flat",
        ].join("\n---\n"),
      ),
      [
        "fairway: net.yaml:23: document 6 (physical network office): type of a physical network cannot change: it is vlan, and the document says flat; remove the physical network first",
        'fairway: net.yaml:19: document 5 (physical port offise/eth2): no physical network "offise"; did you mean "office"?',
        "fairway: net.yaml:1: document 1 (network blue): internal of a network cannot change: it is false; make another network",
        "fairway: net.yaml:6: document 2 (network new): subnets[0].ranges must lie inside subnet 10.6.0.0/24; it is 10.9.0.0/24",
        "fairway: net.yaml:14: document 4 (port vm1): network of a port cannot change: it is blue, and the document says shut; remove the port first",
      ],
    );
    const missing = await on.run(api, ["apply", "-f", join(on.directory, "none.yaml")]);
    assert.match(missing.err, /cannot read .*none\.yaml: there is no such file/);
  });

  test("A08 somebody else's change between plan and apply is not overwritten", async () => {
    await using api = await startCluster();
    await on.printed(api, everything);
    const file = await on.fileOf(
      everything
        .replace("[1000-1030]", "[1000-1040]")
        .replace("team: web", "team: ops")
        .replace("cidr: 10.4.0.0/24", "cidr: 10.2.0.0/24")
        .replace("addresses: [10.1.0.50]", "addresses: [10.1.0.60]"),
    );
    const question = async () => {
      await api.send("PATCH", "/v1/networks/blue", { labels: { team: "other" } });
      return "y";
    };
    const { status, err } = await on.run(api, ["apply", "-f", file], { question });
    assert.equal(status, 1);
    assert.match(
      err,
      /net\.yaml:12: document 3 \(network blue\): network \S+ has revision \w+ by now, not \w+: look at it again/,
    );
    const { networks, physicalNetworks, ports } = api.center.service;
    assert.deepEqual(networks.show("blue", root).labels, { team: "other" });
    assert.deepEqual(physicalNetworks.show("office", root).ranges, ["1000-1030"], "nothing else either");
    assert.deepEqual(ports.show("vm1", root).addresses, ["10.1.0.50/24", "fd00:1::2/64"]);
    assert.equal((await on.run(api, ["apply", "-f", file])).status, 0);
    assert.deepEqual(api.center.service.networks.show("blue", root).labels, { team: "ops" });
  });

  test("A08 where a step is refused no token was made, and JSON says that nothing was done", async () => {
    await using api = await startCluster();
    const file = await on.fileOf("kind: Principal\nname: ci\nrole: viewer\n");
    await api.send("POST", "/v1/networks", { name: "old" });
    const question = async () => {
      await api.send("PATCH", "/v1/networks/old", { labels: { changed: "yes" } });
      return "y";
    };
    const { status, out, err } = await on.run(api, ["apply", "-f", file, "--prune", "-o", "json"], {
      question,
    });
    const { carriedOut, done } = JSON.parse(out) as { carriedOut: object[]; done: boolean };
    assert.deepEqual([status, done, carriedOut], [1, false, []]);
    assert.match(err, /network old: network old has revision \w+ by now/);
    assert.deepEqual(api.center.service.principals.list({}, root), []);
  });

  test("A08 a physical network that changed meanwhile is not overwritten, nor are its ports", async () => {
    await using api = await startCluster();
    await on.printed(api, everything);
    const file = await on.fileOf(everything.replace("[1000-1030]", "[1000-1040]"));
    const path = "/v1/physical-networks/office";
    const question = async () => {
      await api.send("PATCH", path, { mtu: 1400 });
      await api.send("PATCH", `${path}/ports/eth1?host=node-1`, { options: { "x-rack": "4" } });
      return "y";
    };
    const pruned = ["apply", "-f", file, "--prune"];
    await api.send("POST", "/v1/networks", { name: "old" });
    const { status, err } = await on.run(api, pruned, { question });
    assert.equal(status, 1);
    assert.match(
      err,
      /document 1 \(physical network office\): physical network office has revision \w+ by now/,
    );
    const { mtu, ranges, ports } = api.center.service.physicalNetworks.show("office", root);
    assert.deepEqual([mtu, ranges, ports[0]?.options], [1400, ["1000-1030"], { "x-rack": "4" }]);
    // Both are as the file says afterwards.
    const out = await on.run(api, [...pruned, "--yes"]);
    assert.match(out.out, /^changed physical port office\/eth1 on node-1$/m);
    assert.match((await on.run(api, pruned)).out, /^nothing to do/);
  });

  test("A08 what a terminal would obey is written in an export as an escape, and read as what it was", async () => {
    await using api = await startCluster();
    await api.send("POST", "/v1/networks", { name: "odd", labels: { "a\u202eb": "\u001b[31mred\u0085" } });
    const text = await on.exported(api);
    assert.deepEqual(
      ["\u001b", "\u0085", "\u202e"].filter((character) => text.includes(character)),
      [],
    );
    assert.match(await on.printed(api, text), /^nothing to do: 1 document says/);
  });
});

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
        'fairway: net.yaml:1: document 1: kind must be one of "PhysicalNetwork", "PhysicalPort", "Network", "Router", "Reservation", "Port", "Principal"; it is "Netwrok"',
        'fairway: net.yaml:7: document 2 (Network b): subnets[0].cidr must be a subnet in CIDR notation, e.g. 10.1.0.0/24 or fd00:1::/64; it is "10.5.0.0"',
        'fairway: net.yaml:12: document 3 (Port c): unknown key "colour"; known here: id, network, addresses, subnet, mac, host, labels, options, name',
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
          "kind: Principal\nname: ci\nrole: admin",
        ].join("\n---\n"),
      ),
      [
        "fairway: net.yaml:23: document 6 (physical network office): type of a physical network cannot change: it is vlan, and the document says flat; remove the physical network first",
        'fairway: net.yaml:19: document 5 (physical port offise/eth2): no physical network "offise"; did you mean "office"?',
        "fairway: net.yaml:1: document 1 (network blue): internal of a network cannot change: it is false; make another network",
        "fairway: net.yaml:6: document 2 (network new): subnets[0].ranges must lie inside subnet 10.6.0.0/24; it is 10.9.0.0/24",
        "fairway: net.yaml:14: document 4 (port vm1): network of a port cannot change: it is blue, and the document says shut; remove the port first",
        "fairway: net.yaml:27: document 7 (principal ci): role of a principal cannot change: it is viewer, and the document says admin; remove the principal first",
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
    assert.deepEqual(api.center.service.networks.show("blue", root).labels, { team: "other" });
    assert.equal((await on.run(api, ["apply", "-f", file])).status, 0);
    assert.deepEqual(api.center.service.networks.show("blue", root).labels, { team: "ops" });
  });

  test("A08 a token that was made is printed in JSON also where a later step fails", async () => {
    await using api = await startCluster();
    const file = await on.fileOf("kind: Principal\nname: ci\nrole: viewer\n");
    await api.send("POST", "/v1/networks", { name: "old" });
    const question = async () => {
      await api.send("PATCH", "/v1/networks/old", { labels: { changed: "yes" } });
      return "y";
    };
    const { status, out } = await on.run(api, ["apply", "-f", file, "--prune", "-o", "json"], { question });
    const { carriedOut, done } = JSON.parse(out) as { carriedOut: { word?: string }[]; done: boolean };
    assert.deepEqual([status, done, carriedOut.length], [1, false, 1]);
    assert.match(carriedOut[0]?.word ?? "", /fwp_/);
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

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import type { Certifier } from "../../src/center/members/certifier.ts";
import type { Surroundings } from "../../src/cli/program.ts";
import { ApiUnderTest } from "../bad-input/api-under-test.ts";
import { mirrorOn } from "../center/networks/asked.ts";
import { root } from "../center.ts";
import { fairway } from "./run-command.ts";

const certifier = {
  address: "192.0.2.1:6640",
  authorityPem: "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n",
} as Certifier;

/** A cluster with a host. */
async function startCluster() {
  const api = await ApiUnderTest.start(certifier);
  await api.center.service.hosts.register("node-1", { systemId: "system-node-1" }, root);
  return api;
}

describe("a manifest", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "fairway-manifest-"));
  });
  after(() => rm(directory, { recursive: true }));

  const fileOf = async (text: string, name = "net.yaml") => {
    const file = join(directory, name);
    await writeFile(file, text);
    return file;
  };

  const run = (api: ApiUnderTest, words: readonly string[], surroundings: Partial<Surroundings> = {}) =>
    fairway([...words, "--socket", api.socketPath], surroundings);
  const exported = async (api: ApiUnderTest) => {
    const { status, out, err } = await run(api, ["export"]);
    assert.equal(status, 0, err);
    return out;
  };
  /** What a command prints that succeeds. */
  const printed = async (api: ApiUnderTest, text: string, ...flags: readonly string[]) => {
    const { status, out, err } = await run(api, ["apply", "-f", await fileOf(text), ...flags]);
    assert.equal(status, 0, err);
    return out;
  };
  /** What a command says that fails, and that it changed nothing. */
  const refusedWith = async (api: ApiUnderTest, text: string, ...flags: readonly string[]) => {
    const before = api.rows();
    const { status, err, out } = await run(api, ["apply", "-f", await fileOf(text), ...flags]);
    assert.equal(status, 1, out);
    assert.equal(api.rows(), before);
    return err.replaceAll(`${directory}/`, "").trimEnd().split("\n");
  };

  const everything = `# The lab.
kind: PhysicalNetwork
name: office
type: vlan
ranges: [1000-1030]
---
kind: PhysicalPort
physicalNetwork: office
interface: eth1
host: node-1
---
kind: Network
name: blue
labels: {team: web}
mtu: 1400
options: {port-security: strict, x-owner: ann}
subnets:
  - cidr: 10.1.0.0/24
    gateway: 10.1.0.254
    ranges: [10.1.0.128/25]
    auxiliaries: [10.1.0.5]
    hostRoutes: [10.9.0.0/16 10.1.0.7]
    dns: [10.1.0.53]
  - cidr: fd00:1::/64
  - cidr: 10.4.0.0/24
---
kind: Network
name: wired
options: {physicalnetwork: office, vlanid: "1005"}
subnets: [{cidr: 10.3.0.0/24, gateway: null}]
---
kind: Network
name: shut
mode: isolated
internal: true
---
kind: Reservation
network: blue
ip: 10.1.0.9
note: printer
labels: {room: "4"}
expires: 2030-01-01T00:00:00Z
---
kind: Port
name: vm1
network: blue
addresses: [10.1.0.50]
mac: 0A:00:00:00:00:88
host: node-1
labels: {a: b}
options: {x-disk: ssd}
---
kind: Principal
name: ci
role: viewer
expires: 2030-01-01T00:00:00Z
`;

  test("A08 a file makes all that it says on an empty cluster, and the second time nothing", async () => {
    await using api = await startCluster();
    const plan = await printed(api, everything, "--plan");
    assert.match(plan, /^\+ physical network office\n {4}type: vlan\n {4}ranges: \["1000-1030"\]\n/);
    assert.match(plan, /^\+ port vm1$/m);
    assert.match(plan, /\n8 to create, 0 to change, 0 to remove; 0 documents say what is so already\n$/);
    assert.deepEqual(api.center.service.networks.list({}, root), [], "a plan changes nothing");
    const out = await printed(api, everything);
    assert.match(out, /^created physical port office\/eth1 on node-1$/m);
    assert.match(out, /^created principal ci: its token, which nothing shows again: fwp_[\w-]{43}$/m);
    const { service } = api.center;
    const blue = service.networks.show("blue", root);
    assert.deepEqual([blue.origin, blue.mtu.asked, blue.labels], ["api", 1400, { team: "web" }]);
    assert.equal(service.addresses.show("10.1.0.9", root).note, "printer");
    assert.deepEqual(service.ports.show("vm1", root).mac, "0a:00:00:00:00:88");
    const before = api.rows();
    assert.equal(await printed(api, everything), "nothing to do: 8 documents say what is so already\n");
    assert.equal(api.rows(), before);
  });

  test("A08 an export, applied on an empty cluster, makes the same, and applied again anywhere changes nothing", async () => {
    await using api = await startCluster();
    await printed(api, everything);
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
    const text = await exported(api);
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
      "Reservation ",
      "Port vm1",
      "Principal ci",
    ]);
    const before = api.rows();
    assert.equal(await printed(api, text, "--prune"), "nothing to do: 9 documents say what is so already\n");
    assert.equal(api.rows(), before);

    await using other = await startCluster();
    await printed(other, text);
    const again = await exported(other);
    const withoutTimes = (yaml: string) => yaml.replaceAll(/^expires: .*$/gm, "expires");
    assert.equal(withoutTimes(again), withoutTimes(text));
    assert.equal(await printed(other, text), "nothing to do: 9 documents say what is so already\n");
    assert.equal(
      other.center.service.ports.show("vm1", root).ifaceId,
      api.center.service.ports.show("vm1", root).ifaceId,
      "what is plugged by its iface-id need not be told another one",
    );
    const json = await run(api, ["export", "-o", "json"]);
    const file = await fileOf(json.out, "net.json");
    const applied = await run(other, ["apply", "-f", file, "-o", "json"]);
    assert.deepEqual(JSON.parse(applied.out), { steps: [], same: 9, done: true });
  });

  test("A08 what differs is changed and said, field by field, and nothing else is touched", async () => {
    await using api = await startCluster();
    await printed(api, everything);
    await api.send("POST", "/v1/networks", { name: "elsewhere" });
    const wired = JSON.stringify(api.center.service.networks.show("wired", root));
    const text = everything
      .replace("team: web", "team: ops")
      .replace("  - cidr: 10.4.0.0/24", "  - cidr: 10.2.0.0/24")
      .replace("note: printer", "note: scanner")
      .replace('labels: {room: "4"}\n', "")
      .replace("addresses: [10.1.0.50]", "addresses: [10.1.0.60]")
      .replace("[1000-1030]", "[1000-1040]");
    const out = await printed(api, text);
    for (const line of [
      '    labels: {"team":"web"} → {"team":"ops"}',
      "    subnet 10.2.0.0/24: none → made",
      "    subnet 10.4.0.0/24: removed",
      "    note: printer → scanner",
      '    labels: {"room":"4"} → none',
      '    ranges: ["1000-1030"] → ["1000-1040"]',
      "    cuts: what uses 10.1.0.50 until it takes the new address",
      "0 to create, 4 to change, 0 to remove; 4 documents say what is so already",
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
    assert.match(await printed(api, text), /^nothing to do/);
  });

  test("A08 --prune removes what the API made and no file says; what engines made stays, and what that needs", async () => {
    await using api = await startCluster();
    await printed(api, everything);
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
    const file = await fileOf(shut);
    const before = api.rows();
    const refused = await run(api, ["apply", "-f", file, "--prune"], { question });
    assert.deepEqual([refused.status, asked.length, api.rows()], [1, 1, before]);
    const out = await printed(api, shut, "--prune", "--yes");
    assert.deepEqual(
      out.split("\n").filter((line) => line.startsWith("removed")),
      ["removed port vm1", "removed network blue", "removed network wired", "removed physical network spare"],
    );
    const { networks, physicalNetworks, principals } = api.center.service;
    assert.deepEqual(
      networks.list({}, root).map(({ name }) => name),
      ["docked", "shut"],
    );
    assert.deepEqual(
      physicalNetworks.list(root).map(({ name, ports }) => [name, ports.length]),
      [["office", 1]],
    );
    assert.deepEqual(
      principals.list(root).map(({ name }) => name),
      ["ci"],
      "who may use the API is nobody's to prune",
    );
    assert.match(await printed(api, shut, "--prune"), /^nothing to do/);
  });

  test("A08 --prune leaves a network to its containers, and says so; what carries it stays as long", async () => {
    await using api = await startCluster();
    await printed(api, everything);
    const wired = await mirrorOn(api.center, "node-1", "wired");
    const web = await api.center.endpoint("node-1", wired);
    const shut = "kind: Network\nname: shut\nmode: isolated\ninternal: true\n";
    const out = await printed(api, shut, "--prune");
    assert.match(
      out,
      /^- network wired\n {4}cuts: nothing yet: it has a container or port, and goes when it has none$/m,
    );
    assert.match(out, /^network wired: being removed; /m);
    assert.doesNotMatch(out, /office/);
    assert.equal(api.center.service.endpoints.show(web.uuid, root).network.name, "wired");
    assert.match(await printed(api, shut, "--prune"), /^nothing to do/);
  });

  test("A08 errors name the file, the line, the document and the field, all at once, and nothing is changed", async () => {
    await using api = await startCluster();
    await printed(api, everything);
    assert.deepEqual(
      await refusedWith(
        api,
        "kind: Netwrok\nname: a\n---\nkind: Network\nname: b\nsubnets:\n  - cidr: 10.5.0.0\n---\n- kind: Port\n  name: c\n  network: blue\n  colour: red\n",
      ),
      [
        'fairway: net.yaml:1: document 1: kind must be one of "PhysicalNetwork", "PhysicalPort", "Network", "Reservation", "Port", "Principal"; it is "Netwrok"',
        'fairway: net.yaml:7: document 2 (Network b): subnets[0].cidr must be a subnet in CIDR notation, e.g. 10.1.0.0/24 or fd00:1::/64; it is "10.5.0.0"',
        'fairway: net.yaml:12: document 3 (Port c): unknown key "colour"; known here: id, network, addresses, mac, host, labels, options, name',
      ],
    );
    assert.deepEqual(await refusedWith(api, "kind: Network\nname: d\n---\nkind: Network\nname: d\n"), [
      "fairway: net.yaml:4: document 2 (network d): is there already, at net.yaml:1: document 1 (network d); say it once",
    ]);
    const [broken] = await refusedWith(api, "kind: [Network\n");
    assert.match(broken ?? "", /^fairway: net\.yaml:\d: not YAML: /);
    assert.deepEqual(await refusedWith(api, "# nothing\n"), ["fairway: net.yaml: no document is there"]);
    // What only the center knows.
    assert.deepEqual(
      await refusedWith(
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
    const missing = await run(api, ["apply", "-f", join(directory, "none.yaml")]);
    assert.match(missing.err, /cannot read .*none\.yaml: there is no such file/);
  });

  test("A08 somebody else's change between plan and apply is not overwritten", async () => {
    await using api = await startCluster();
    await printed(api, everything);
    const file = await fileOf(
      everything
        .replace("team: web", "team: ops")
        .replace("cidr: 10.4.0.0/24", "cidr: 10.2.0.0/24")
        .replace("addresses: [10.1.0.50]", "addresses: [10.1.0.60]"),
    );
    const question = async () => {
      await api.send("PATCH", "/v1/networks/blue", { labels: { team: "other" } });
      return "y";
    };
    const { status, err } = await run(api, ["apply", "-f", file], { question });
    assert.equal(status, 1);
    assert.match(
      err,
      /net\.yaml:12: document 3 \(network blue\): network \S+ has revision \w+ by now, not \w+: look at it again/,
    );
    assert.deepEqual(api.center.service.networks.show("blue", root).labels, { team: "other" });
    assert.equal((await run(api, ["apply", "-f", file])).status, 0);
    assert.deepEqual(api.center.service.networks.show("blue", root).labels, { team: "ops" });
  });

  test("A08 a token that was made is printed in JSON also where a later step fails", async () => {
    await using api = await startCluster();
    const file = await fileOf("kind: Principal\nname: ci\nrole: viewer\n");
    await api.send("POST", "/v1/networks", { name: "old" });
    const question = async () => {
      await api.send("PATCH", "/v1/networks/old", { labels: { changed: "yes" } });
      return "y";
    };
    const { status, out } = await run(api, ["apply", "-f", file, "--prune", "-o", "json"], { question });
    const { carriedOut, done } = JSON.parse(out) as { carriedOut: { word?: string }[]; done: boolean };
    assert.deepEqual([status, done, carriedOut.length], [1, false, 1]);
    assert.match(carriedOut[0]?.word ?? "", /fwp_/);
  });

  test("A08 what a terminal would obey is written in an export as an escape, and read as what it was", async () => {
    await using api = await startCluster();
    await api.send("POST", "/v1/networks", { name: "odd", labels: { "a\u202eb": "\u001b[31mred\u0085" } });
    const text = await exported(api);
    assert.deepEqual(
      ["\u001b", "\u0085", "\u202e"].filter((character) => text.includes(character)),
      [],
    );
    assert.match(await printed(api, text), /^nothing to do: 1 document says/);
  });
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { root } from "../../center.ts";
import { pick, VlcpUnderTest } from "./vlcp-under-test.ts";

const run = promisify(execFile);

/** The documents of VLCP whose commands run as they are printed; absent in continuous integration. */
const seeds = process.env["FAIRWAY_SEEDS"] ?? resolve(import.meta.dirname, "../../../../../../shared/seeds");

const linesOf = (text: string) => text.split("\n").filter((line) => /^\s*curl .*localhost:8081/.test(line));
const lines = linesOf(readFileSync(join(import.meta.dirname, "seed-lines.txt"), "utf8"));

/** Runs lines of a shell in which curl finds `localhost:8081` where the API under test listens. */
async function curl(vlcp: VlcpUnderTest, commands: readonly string[]): Promise<Record<string, unknown>[]> {
  const home = await mkdtemp(join(tmpdir(), "fairway-curl-"));
  try {
    const { host } = new URL(vlcp.target);
    await writeFile(join(home, ".curlrc"), `connect-to = "localhost:8081:${host}"\nsilent\nshow-error\n`);
    const answers: Record<string, unknown>[] = [];
    for (const command of commands) {
      const { stdout } = await run("bash", ["-c", command], { env: { ...process.env, CURL_HOME: home } });
      answers.push(JSON.parse(stdout));
    }
    return answers;
  } finally {
    await rm(home, { recursive: true });
  }
}

function made(vlcp: VlcpUnderTest): unknown {
  return vlcp.center.service.physicalNetworks.list({}, root).map(({ name, type, ranges, ports }) => ({
    name,
    type,
    ranges,
    ports: ports.map((port) => port.interface),
  }));
}

const expected = [
  { name: "vlan", type: "vlan", ranges: ["1000-1100"], ports: ["trunk0"] },
  { name: "vxlan", type: "overlay", ranges: ["10000-11000"], ports: ["vxlan0"] },
];

test("A01 the lines of the documents are those that are run here", (t) => {
  if (!existsSync(seeds)) return t.skip(`skipped: no documents in ${seeds}`);
  const printed = globSync("vlcp-*", { cwd: seeds })
    .sort()
    .flatMap((file) => linesOf(readFileSync(join(seeds, file), "utf8")));
  assert.deepEqual(lines, printed);
});

test("A01 A02 the walk-through runs as it is printed", async () => {
  assert.equal(lines.length, 4);
  await using vlcp = await VlcpUnderTest.start();
  const answers = await curl(vlcp, lines);
  assert.deepEqual(
    answers.map(({ result, error }) => [(result as object[] | undefined)?.length, error]),
    lines.map(() => [1, undefined]),
  );
  assert.deepEqual(made(vlcp), expected);
});

test("A01 the walk-through runs without backquotes", async () => {
  await using vlcp = await VlcpUnderTest.start();
  await curl(
    vlcp,
    lines.map((line) => line.replaceAll("`", "")),
  );
  assert.deepEqual(made(vlcp), expected);
});

test("A01 curl's forms, lists over several lines and a deletion in reverse order are understood", async () => {
  await using vlcp = await VlcpUnderTest.start();
  const at = "http://localhost:8081/viperflow";
  const answers = await curl(vlcp, [
    `curl -g -d 'type=vxlan&vnirange=\`[[10000,20000]]\`&id=vxlan' '${at}/createphysicalnetwork?'`,
    `curl -g -d 'physicalnetwork=vxlan&name=vxlan0' '${at}/createphysicalport'`,
    `curl -g -d 'physicalnetwork=vxlan&id=network_a&mtu=\`1400\`' '${at}/createlogicalnetwork'`,
    `curl -g -d 'subnets=\`[{"id":"subnet_a","logicalnetwork":"network_a","cidr":"192.168.1.0/24"},\\
       {"id":"subnet_b","logicalnetwork":"network_a","cidr":"192.168.2.0/24"}]\`' '${at}/createsubnets'`,
    `curl -g -d "id=lgport-1&logicalnetwork=network_a&subnet=subnet_a&mac_address=02:00:00:00:00:01" "${at}/createlogicalport"`,
    `curl -g -d 'ports=\`[{"id":"'"lgport-1"'"}]\`' '${at}/deletelogicalports'`,
    `curl -g '${at}/deletesubnet?id=subnet_a'`,
    `curl -g '${at}/deletesubnet?id=subnet_b'`,
    `curl -g '${at}/deletelogicalnetwork?id=network_a'`,
    `curl -g '${at}/deletephysicalport?name=vxlan0'`,
    `curl -g '${at}/deletephysicalnetwork?id=vxlan'`,
  ]);
  assert.deepEqual(
    answers.map(({ error }) => error).filter((error) => error !== undefined),
    [],
  );
  assert.deepEqual(answers.at(-1), { result: { status: "OK" } });
  assert.deepEqual(made(vlcp), []);
});

test("A02 a Python program uses it by requests", async (t) => {
  const hasRequests = await run("python3", ["-c", "import requests"]).then(
    () => true,
    () => false,
  );
  if (!hasRequests) return t.skip("skipped: python3 has no requests here");
  await using vlcp = await VlcpUnderTest.start();
  const { stdout } = await run("python3", [join(import.meta.dirname, "program.py"), vlcp.target]);
  const answers = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as [number, { result?: unknown; error?: string }]);
  const [, , , , networkA, networkB, , subnetB, port, ports, onVlan, changed, router, again] = answers.map(
    ([, { result = [], error }]) => error ?? (result as object[])[0],
  );
  assert.deepEqual(
    answers.map(([status]) => status),
    answers.map((_, at) => (at === 13 ? 500 : 200)),
  );
  assert.deepEqual(pick(networkA, "id", "vni", "mtu"), { id: "network_a", vni: 10_000, mtu: 1400 });
  assert.deepEqual(pick(networkB, "id", "vlanid", "mtu"), { id: "network_b", vlanid: 1007, mtu: 1500 });
  assert.deepEqual(pick(subnetB, "host_routes"), { host_routes: [["10.9.0.0/16", "192.168.2.7"]] });
  assert.deepEqual(pick(port, "id", "owner", "mac_address"), {
    id: "lgport-1-1",
    owner: "Jürgen & Söhne",
    mac_address: "02:00:00:00:00:01",
  });
  assert.deepEqual(ports, port);
  assert.deepEqual(onVlan, networkB);
  assert.deepEqual(pick(changed, "mtu"), { mtu: 1300 });
  assert.deepEqual(pick(router, "id", "routes"), { id: "r", routes: [] });
  assert.match(JSON.stringify(again), /physical network vlan is there already/);
  assert.deepEqual(answers.at(-1)?.[1], { result: { status: "OK" } });
  assert.deepEqual(made(vlcp), [{ name: "vlan", type: "vlan", ranges: ["1000-2000"], ports: ["bond0"] }]);
});

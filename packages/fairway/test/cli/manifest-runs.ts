import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certifier } from "../../src/center/members/certifier.ts";
import type { Surroundings } from "../../src/cli/program.ts";
import { ApiUnderTest } from "../bad-input/api-under-test.ts";
import { root } from "../center.ts";
import { fairway } from "./run-command.ts";

/** What is needed of one to make tokens. */
export const certifier = {
  address: "192.0.2.1:6640",
  authorityFingerprint: "ab".repeat(32),
  authorityPem: "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n",
} as Certifier;

/** A cluster with a host. */
export async function startCluster(): Promise<ApiUnderTest> {
  const api = await ApiUnderTest.start(certifier);
  await api.center.service.hosts.register("node-1", { systemId: "system-node-1" }, root);
  return api;
}

/** Runs `fairway apply` and `export` with files of a directory of its own. */
export class ManifestRuns implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async start(): Promise<ManifestRuns> {
    return new ManifestRuns(await mkdtemp(join(tmpdir(), "fairway-manifest-")));
  }

  async fileOf(text: string, name = "net.yaml"): Promise<string> {
    const file = join(this.directory, name);
    await writeFile(file, text);
    return file;
  }

  run(api: ApiUnderTest, words: readonly string[], surroundings: Partial<Surroundings> = {}) {
    return fairway([...words, "--socket", api.socketPath], surroundings);
  }

  async exported(api: ApiUnderTest): Promise<string> {
    const { status, out, err } = await this.run(api, ["export"]);
    assert.equal(status, 0, err);
    return out;
  }

  /** What `apply` prints where it succeeds. */
  async printed(api: ApiUnderTest, text: string, ...flags: readonly string[]): Promise<string> {
    const { status, out, err } = await this.run(api, ["apply", "-f", await this.fileOf(text), ...flags]);
    assert.equal(status, 0, err);
    return out;
  }

  /** What `apply` says where it fails; it has changed nothing then. */
  async refusedWith(api: ApiUnderTest, text: string, ...flags: readonly string[]): Promise<string[]> {
    const before = api.rows();
    const { status, err, out } = await this.run(api, ["apply", "-f", await this.fileOf(text), ...flags]);
    assert.equal(status, 1, out);
    assert.equal(api.rows(), before);
    return err.replaceAll(`${this.directory}/`, "").trimEnd().split("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true });
  }
}

/** A document of each kind, and networks of several. */
export const everything = `# The lab.
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
kind: Router
name: r1
routes: {10.9.0.0/16: 10.1.0.7}
labels: {team: ops}
interfaces:
  - network: blue
  - {network: wired, addresses: [10.3.0.254]}
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

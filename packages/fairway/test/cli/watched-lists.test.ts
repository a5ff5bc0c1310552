import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ApiUnderTest } from "../bad-input/api-under-test.ts";
import { type MadeEndpoint, type MadeNetwork, root, until } from "../center.ts";
import { certifier } from "./manifest-runs.ts";

const program = fileURLToPath(new URL("../../bin/fairway.ts", import.meta.url));

/** A command that goes on, and what it has printed. */
class Watcher implements AsyncDisposable {
  readonly #child: ChildProcess;
  #out = "";

  constructor(line: string, socketPath: string) {
    this.#child = spawn(process.execPath, [program, ...line.split(" "), "--socket", socketPath]);
    this.#child.stdout?.on("data", (chunk) => void (this.#out += chunk));
  }

  /** The list as it was printed last. */
  get last(): string {
    return this.#out.trimEnd().split("\n\n").at(-1) ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await once(this.#child, "exit");
  }
}

describe("a list that is watched, at a real center", () => {
  let api: ApiUnderTest;
  let blue: MadeNetwork;
  let web: MadeEndpoint;
  before(async () => {
    api = await ApiUnderTest.start(certifier);
    blue = await api.center.network("h1", "10.1.0.0/24");
    web = await api.center.endpoint("h1", blue);
  });
  after(() => api[Symbol.asyncDispose]());

  /** Whether a list shows this now, and did not before. */
  const shows = (text: string) => (was: string, is: string) => !was.includes(text) && is.includes(text);
  /** Whether the first number in the line of this network is one more. */
  const counts = (line: RegExp) => (was: string, is: string) =>
    Number(line.exec(is)?.[1]) === Number(line.exec(was)?.[1]) + 1;

  /** By what is listed: a change, and whether the list shows it. */
  const changes: Readonly<
    Record<string, readonly [act: () => Promise<unknown>, isShown: (was: string, is: string) => boolean]>
  > = {
    "network ls": [() => api.center.network("h1", "10.9.0.0/24"), shows("10.9.0.0/24")],
    "network ls --sort endpoints": [() => api.center.endpoint("h1", blue), counts(/10\.1\.0\.0\/24 +(\d+) /)],
    "subnet ls": [() => api.center.endpoint("h1", blue), counts(/^10\.1\.0\.0\/24 .* (\d+)$/m)],
    "address ls": [() => api.center.endpoint("h1", blue, "10.1.0.99"), shows("10.1.0.99")],
    "router ls": [
      () => api.center.service.routers.create({ name: "r1", routes: {}, labels: {}, options: {} }, {}, root),
      shows("r1 "),
    ],
    "endpoint ls": [() => api.center.endpoint("h1", blue, "10.1.0.88"), shows("10.1.0.88")],
    "host ls": [() => api.center.service.hosts.register("h2", { systemId: "system-h2" }, root), shows("h2 ")],
    "host ls --sort endpoints": [() => api.center.endpoint("h1", blue), counts(/^h1 .* (\d+) +\S+$/m)],
    "port ls": [
      async () => {
        const ports = [{ protocol: "tcp" as const, port: 80, hostAddress: null, hostPort: 8088 }];
        await api.center.service.dockerEndpoints.publish(web.key, { ports }, root);
      },
      shows("*:8088/tcp"),
    ],
    "physical-network ls": [
      async () => {
        const spec = {
          type: "vlan" as const,
          ranges: ["5-9"],
          peers: [],
          tunnelPort: null,
          mtu: null,
          options: {},
        };
        await api.center.service.physicalNetworks.create("office", spec, {}, root);
      },
      shows("office "),
    ],
    "physical-network ls --sort ports": [
      () =>
        api.center.service.physicalPorts.add(
          "office",
          { interface: "eth1", host: null, takeAddress: false, options: {} },
          {},
          root,
        ),
      shows("eth1 on all hosts"),
    ],
    "physical-network ls --sort networks": [
      () => api.center.service.networks.create({ name: "wired", physicalNetwork: "office" }, {}, root),
      (was, is) => was.includes(" 0 ") && !is.includes(" 0 "),
    ],
    "principal ls": [
      () => api.center.service.principals.create({ name: "ci", role: "viewer" }, root),
      shows("ci "),
    ],
    "token ls": [() => api.center.service.tokens.create({}, root), shows("unused")],
    "port ls --logical": [
      () =>
        api.center.service.ports.create(
          { name: "vm1", network: blue.uuid, addresses: [], labels: {}, options: {} },
          {},
          root,
        ),
      shows("vm1 "),
    ],
  };

  for (const [line, [act, isShown]] of Object.entries(changes))
    it(`O02 fairway ${line} --watch shows what changes`, async () => {
      await using watcher = new Watcher(`${line} --watch`, api.socketPath);
      await until(() => watcher.last !== "");
      const was = watcher.last;
      await act();
      await until(() => isShown(was, watcher.last), 10_000);
    });
});

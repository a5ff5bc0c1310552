import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import type { TestServer } from "../../../ovsdb/test/server.ts";

const run = promisify(execFile);

/** ovn-northd on a test's databases: it makes the flows of which `ovn-trace` tells where a packet goes. */
export class Northd implements AsyncDisposable {
  readonly #server: TestServer;
  readonly #process;

  constructor(server: TestServer) {
    this.#server = server;
    const databases = [`--ovnnb-db=${server.remote}`, `--ovnsb-db=${server.remote}`];
    const quiet = ["-vconsole:off", "-vsyslog:off", `--log-file=${server.path("northd.log")}`];
    const own = [`--unixctl=${server.path("northd.ctl")}`, `--pidfile=${server.path("northd.pid")}`];
    this.#process = spawn("ovn-northd", [...databases, ...quiet, ...own], { stdio: "ignore" });
  }

  /** Resolves when the flows are those of all that Northbound has now. */
  async synced(): Promise<void> {
    await run("ovn-nbctl", [`--db=${this.#server.remote}`, "--timeout=60", "--wait=sb", "sync"]);
  }

  /**
   * Where a packet goes, once northd has seen all of Northbound: the ports that it is put out at, and by how much its TTL is less.
   * @param microflow what the packet is, in OVN's words (ovn-trace(8)).
   */
  async trace(
    logicalSwitch: string,
    microflow: string,
  ): Promise<{ readonly ports: readonly string[]; readonly hops: number }> {
    const { remote } = this.#server;
    await this.synced();
    const plain = [`--db=${remote}`, "--minimal", "--no-friendly-names"];
    const { stdout } = await run("ovn-trace", [...plain, logicalSwitch, microflow]);
    return {
      ports: Array.from(stdout.matchAll(/^\s*output\("([^"]+)"\)/gm), ([, port = ""]) => port),
      hops: stdout.match(/^\s*ip\.ttl--;/gm)?.length ?? 0,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) await once(this.#process, "exit");
  }
}

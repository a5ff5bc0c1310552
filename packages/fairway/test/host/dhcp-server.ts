import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** Debian's dnsmasq as the DHCP server of a LAN, in the network namespace of a process. */
export class DhcpServer implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #leaseFile: string;

  private constructor(process: ChildProcess, leaseFile: string) {
    this.#process = process;
    this.#leaseFile = leaseFile;
  }

  /**
   * Resolves when it answers.
   * @param options beside what every server has, without their two dashes. @param memory `fresh`: it knows nothing of the one before.
   */
  static async start(
    directory: string,
    pid: number,
    options: readonly string[],
    memory: "kept" | "fresh" = "kept",
  ): Promise<DhcpServer> {
    const leaseFile = join(directory, "dnsmasq.leases");
    if (memory === "fresh") await rm(leaseFile, { force: true });
    const own = ["no-daemon", "conf-file=/dev/null", "port=0", "user=root", "no-ping", "dhcp-authoritative"];
    const words = [...own, `dhcp-leasefile=${leaseFile}`, `pid-file=${join(directory, "pid")}`, ...options];
    const command = ["-t", String(pid), "-n", "dnsmasq", ...words.map((word) => `--${word}`)];
    const process = spawn("nsenter", command, { stdio: ["ignore", "ignore", "pipe"] });
    const said = Promise.withResolvers<void>();
    let log = "";
    process.stderr?.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes("DHCP, IP range")) said.resolve();
    });
    process.once("exit", () => said.reject(new Error(`dnsmasq ended: ${log}`)));
    await said.promise;
    return new DhcpServer(process, leaseFile);
  }

  /** Its own list: address and MAC address of each lease. */
  async leases(): Promise<Readonly<Record<string, string>>> {
    const text = await readFile(this.#leaseFile, "utf8").catch(() => "");
    const lines = text.split("\n").filter(Boolean);
    return Object.fromEntries(lines.map((line) => line.split(" ").slice(1, 3).toReversed()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await ended;
  }
}

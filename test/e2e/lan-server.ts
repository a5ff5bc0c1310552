import type { BackgroundProcess } from "../../lab/host/background.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { until } from "../../lab/until.ts";

const leaseFile = "/var/lib/lan-server.leases";

/** A lease by the server's own list. */
export interface ServersLease {
  /** Seconds since 1970. */
  readonly ends: number;
  readonly mac: string;
  readonly ip: string;
}

/** The DHCP server of a LAN, and its name server where it is told a name: Debian's dnsmasq in a network namespace of a machine. */
export class LanServer implements AsyncDisposable {
  readonly #machine: Machine;
  readonly #process: BackgroundProcess;

  private constructor(machine: Machine, process: BackgroundProcess) {
    this.#machine = machine;
    this.#process = process;
  }

  /** Resolves when it answers. It knows the leases of the one before. @param options without their two dashes. */
  static async start(machine: Machine, namespace: string, ...options: readonly string[]): Promise<LanServer> {
    const own = [
      "keep-in-foreground",
      "log-facility=-",
      "conf-file=/dev/null",
      "user=root",
      "no-ping",
      "no-resolv",
    ];
    const names = options.some((option) => option.startsWith("address=")) ? [] : ["port=0"];
    const files = [`dhcp-leasefile=${leaseFile}`, "pid-file="];
    const words = [...own, ...names, ...files, "dhcp-authoritative", ...options].map((word) => `--${word}`);
    const process = machine.spawn(["ip", "netns", "exec", namespace, "dnsmasq", ...words]);
    await process.printed(/DHCP, IP range/);
    return new LanServer(machine, process);
  }

  async leases(): Promise<readonly ServersLease[]> {
    const text = await this.#machine.sh(`cat ${leaseFile} 2>/dev/null || true`);
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        const [ends = "", mac = "", ip = ""] = line.split(" ");
        return { ends: Number(ends), mac, ip };
      });
  }

  /** The lease of an address, once the server has it. */
  async leaseOf(ip: string): Promise<ServersLease> {
    return until(`the server's lease of ${ip}`, async () =>
      (await this.leases()).find((lease) => lease.ip === ip),
    );
  }

  /** Waits until a lease goes on for longer than it did. */
  async renewed({ ip, ends }: ServersLease): Promise<ServersLease> {
    return until(
      `a renewal of ${ip}`,
      async () => (await this.leases()).find((lease) => lease.ip === ip && lease.ends > ends),
      // Whoever got no answer asks again after half of what is left.
      { timeoutMs: 90_000 },
    );
  }

  /** Waits until an address is nobody's by the server's list. */
  async freed(ip: string): Promise<void> {
    await until(`${ip} to be released`, async () => !(await this.leases()).some((lease) => lease.ip === ip));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill("SIGTERM");
    await this.#process.exited;
    await this.#machine.sh(`rm -f ${leaseFile}`);
  }
}

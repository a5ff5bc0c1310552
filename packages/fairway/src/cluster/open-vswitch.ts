import { existsSync } from "node:fs";
import { FairwayError } from "../errors.ts";
import { removePorts } from "../host/open-vswitch/removal.ts";
import { command } from "../host/program.ts";

/** Where Open vSwitch finds its key, its certificate, and whom it trusts. */
export interface SslFiles {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** `external_ids` of the one row of Open_vSwitch (ovn-controller(8)); null removes. */
export type ChassisSettings = Readonly<Record<string, string | null>>;

/** This machine's Open vSwitch, as far as it must know of the cluster. */
export class OpenVSwitchSettings {
  readonly #socket: string;
  readonly #options: readonly string[];

  constructor(socket: string) {
    this.#socket = socket;
    this.#options = ["--timeout=10", `--db=unix:${socket}`];
  }

  async read(): Promise<Readonly<Record<string, string>>> {
    const json = await this.#vsctl("--format=json", "--columns=external_ids", "list", "Open_vSwitch");
    const { data } = JSON.parse(json) as { data: [[["map", [string, string][]]]] };
    return Object.fromEntries(data[0][0][1]);
  }

  async write(settings: ChassisSettings): Promise<void> {
    const words = Object.entries(settings).flatMap(([name, value]) =>
      value === null
        ? ["--", "remove", "Open_vSwitch", ".", "external_ids", name]
        : ["--", "set", "Open_vSwitch", ".", `external_ids:${name}=${JSON.stringify(value)}`],
    );
    if (words.length > 0) await this.#vsctl("--no-wait", ...words);
  }

  /** Removes the tunnels to other chassis, which ovn-controller made. */
  async removeTunnels(): Promise<void> {
    await removePorts(this.#socket, (externalIds) => externalIds["ovn-chassis-id"] !== undefined);
  }

  async readSsl(): Promise<SslFiles | undefined> {
    const text = await this.#vsctl("get-ssl");
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1];
    const [key, cert, ca] = [field("Private key"), field("Certificate"), field("CA Certificate")];
    return key === undefined || cert === undefined || ca === undefined ? undefined : { key, cert, ca };
  }

  async writeSsl({ key, cert, ca }: SslFiles): Promise<void> {
    await this.#vsctl("--no-wait", "set-ssl", key, cert, ca);
  }

  async removeSsl(): Promise<void> {
    await this.#vsctl("--no-wait", "del-ssl");
  }

  #vsctl(...words: readonly string[]): Promise<string> {
    return command("ovs-vsctl", [...this.#options, ...words]);
  }
}

/**
 * What must be written so that `wanted` holds. What an administrator
 * set otherwise throws `conflict`, before anything is changed.
 */
export function missingSettings(
  present: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): ChassisSettings {
  const conflicts = Object.entries(wanted).filter(([name, value]) => {
    const set = present[name];
    if (set === undefined) return false;
    return name === "ovn-encap-type" ? !set.split(",").includes(value) : !isSame(set, value);
  });
  if (conflicts.length > 0)
    throw new FairwayError(
      "conflict",
      conflicts
        .map(
          ([name, value]) =>
            `Open vSwitch's external_ids:${name} is "${present[name]}" and must be "${value}"; if nothing else needs it: ` +
            `ovs-vsctl remove open_vswitch . external_ids ${name}`,
        )
        .join("\n"),
    );
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => present[name] === undefined));
}

/** /var/run is where /run was before. */
const isSame = (one: string, other: string): boolean => one.replace("/var/run/", "/run/") === other;

/** Whether packets can be forwarded in the kernel; its module is loaded where it is there. */
export async function hasKernelDatapath(): Promise<boolean> {
  const isLoaded = () => existsSync("/sys/module/openvswitch");
  if (!isLoaded()) await command("modprobe", ["openvswitch"]).catch(() => undefined);
  return isLoaded();
}

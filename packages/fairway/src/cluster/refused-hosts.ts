import { isIP } from "node:net";
import { run } from "../agent/egress/command.ts";
import { FairwayError } from "../errors.ts";
import { readIfThere, writePrivately } from "./files.ts";
import { southboundPort } from "./southbound.ts";

/** Beyond the life of any certificate that a host may still have. */
const refusedForMs = 25 * 3_600_000;

/** A table of our own, made when the first host is refused. */
const table = "inet fairway_center";

/**
 * The addresses of removed hosts, which reach OVN's Southbound on this machine no more: it cannot know that their
 * certificates are not wanted any longer. A file keeps them for the machine's next boot.
 */
export class RefusedHosts {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async refuse(address: string): Promise<void> {
    const until = Date.now() + refusedForMs;
    await this.#write({ ...(await this.#read()), [address]: until });
    await close(address, until);
  }

  /** A machine that was admitted again is let through. */
  async letThrough(address: string): Promise<void> {
    const { [address]: until, ...others } = await this.#read();
    if (until === undefined) return;
    await this.#write(others);
    // Adding it first makes the deletion right also where it is not there.
    await nft(`${frame}add element ${table} ${setOf(address)} { ${address} }
delete element ${table} ${setOf(address)} { ${address} }
`);
  }

  /** As it was before the machine booted. */
  async restore(): Promise<void> {
    for (const [address, until] of Object.entries(await this.#read())) await close(address, until);
  }

  async #read(): Promise<Readonly<Record<string, number>>> {
    const kept = JSON.parse((await readIfThere(this.#file)) ?? "{}") as Record<string, number>;
    return Object.fromEntries(Object.entries(kept).filter(([, until]) => until > Date.now()));
  }

  async #write(kept: Readonly<Record<string, number>>): Promise<void> {
    await writePrivately(this.#file, `${JSON.stringify(kept)}\n`);
  }
}

const frame = `add table ${table}
add set ${table} refused4 { type ipv4_addr; flags timeout; }
add set ${table} refused6 { type ipv6_addr; flags timeout; }
add chain ${table} southbound { type filter hook input priority filter - 5; policy accept; }
flush chain ${table} southbound
add rule ${table} southbound tcp dport ${southboundPort} ip saddr @refused4 reject with tcp reset
add rule ${table} southbound tcp dport ${southboundPort} ip6 saddr @refused6 reject with tcp reset
`;

async function close(address: string, until: number): Promise<void> {
  const seconds = Math.ceil((until - Date.now()) / 1000);
  await nft(`${frame}add element ${table} ${setOf(address)} { ${address} timeout ${seconds}s }\n`);
}

const setOf = (address: string): string => (isIP(address) === 6 ? "refused6" : "refused4");

async function nft(script: string): Promise<void> {
  const { code, stderr } = await run("nft", ["--file", "-"], script);
  if (code !== 0) throw new FairwayError("unavailable", `nft refused: ${stderr.trim()}`);
}

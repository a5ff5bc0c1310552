import { existsSync, readFileSync } from "node:fs";
import { findAttribute } from "../../host/netlink/message.ts";
import type { Netlink } from "../../host/netlink/netlink.ts";
import { openNetfilter } from "./netfilter.ts";

/** `NFNL_SUBSYS_NFTABLES` and `NFT_MSG_GETGEN` (linux/netfilter/nfnetlink.h, nf_tables.h). */
const getGeneration = (10 << 8) | 16;
const generationId = 1;
/** `struct nfgenmsg`. */
const headerLength = 4;

/** Tables of the older iptables, which has no generations. */
const olderTables = ["/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"];

/**
 * The number of this namespace's whole nftables ruleset, that of iptables-nft included: the kernel counts it up with every change,
 * whoever makes it. To ask for it is a system call; to look at the rules takes programs.
 */
export class RulesetGeneration implements Disposable {
  readonly #netlink: Netlink | undefined = openNetfilter();

  /** @returns undefined where it does not tell whether something has changed. */
  async read(): Promise<number | undefined> {
    if (this.#netlink === undefined || olderTables.some(hasTables)) return undefined;
    const [answer] = await this.#netlink.exchange([
      { type: getGeneration, body: Buffer.alloc(headerLength) },
    ]);
    const body = answer?.bodies[0];
    return body && findAttribute(body.subarray(headerLength), generationId)?.readUInt32BE(0);
  }

  [Symbol.dispose](): void {
    this.#netlink?.[Symbol.dispose]();
  }
}

function hasTables(path: string): boolean {
  return existsSync(path) && readFileSync(path, "utf8") !== "";
}

import { listIptables, printed } from "./listing.ts";
import { type NftListing, readListing } from "./nftables-listing.ts";

const nothing: NftListing = { tables: [], chains: [], rules: [], sets: [] };

/** The kernel's rules, for one look at them: each program lists them once, however many parts of the look read them. */
export class RulesInForce {
  #ruleset: Promise<NftListing> | undefined;
  readonly #iptables = new Map<string, Promise<readonly string[]>>();

  /** As nft knows them; none where nft is not installed. @throws as `run` does. */
  ruleset(): Promise<NftListing> {
    this.#ruleset ??= listRuleset();
    return this.#ruleset;
  }

  /** Those of one iptables, as `-S` prints them; none where it is not installed. @throws as `run` does. */
  iptables(program: string): Promise<readonly string[]> {
    const listed = this.#iptables.get(program) ?? listIptables(program);
    this.#iptables.set(program, listed);
    return listed;
  }

  /** They have been changed: who reads them next lists them again. */
  forget(): void {
    this.#ruleset = undefined;
    this.#iptables.clear();
  }
}

async function listRuleset(): Promise<NftListing> {
  const json = await printed("nft", ["--json", "list", "ruleset"]);
  return json === undefined ? nothing : readListing(json);
}

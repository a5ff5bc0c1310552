import { FairwayError } from "../../errors.ts";
import { type Outcome, run } from "../../host/program.ts";
import { Turns } from "../../runtime/turns.ts";
import { changes, type Elements, ownTable, trialTable, wholeTable } from "./ruleset.ts";

/**
 * Our table in the kernel's nftables. A change is written as what differs; the whole table, when it is not the one that we left behind.
 * Calls take turns.
 */
export class Firewall {
  /** What the table has; undefined when that is not known. */
  #elements: Elements | undefined;
  /** What nft printed of it after our last change. */
  #listing: string | undefined;
  readonly #turns = new Turns();
  /** Whether nft and the kernel take the rule by which names are answered in other servers' places. */
  #delivers = true;

  /**
   * Makes the table hold these elements: those of the moment when it is this call's turn, so that calls which waited
   * for each other find the work done.
   * @returns whether something was written. @throws `internal` with nft's words.
   */
  apply(elementsNow: () => Elements): Promise<boolean> {
    return this.#turns.take(async () => {
      const elements = elementsNow();
      const known = this.#elements;
      const script = known && changes(known, elements).join("\n");
      if (script === "") return false;
      this.#elements = undefined;
      this.#listing = undefined;
      // Where a change is not taken somebody may have changed the table: then it is written whole.
      if (script === undefined || (await load(script)).code !== 0) await this.#applyWhole(elements);
      this.#elements = elements;
      return true;
    });
  }

  /** Why nft or the kernel does not take these elements, whatever is in the table; undefined where they do. Changes nothing. */
  refuses(elements: Elements): Promise<string | undefined> {
    return this.#turns.take(async () => {
      const { code, stderr } = await load(trialTable(elements));
      return code === 0 ? undefined : `nft does not take its rules: ${firstLine(stderr)}`;
    });
  }

  /** Whether the table is as we left it; it is made again by the next `apply` where it is not. */
  isIntact(): Promise<boolean> {
    return this.#turns.take(async () => {
      if (this.#elements === undefined) return false;
      if (this.#listing !== undefined && this.#listing === (await this.#list())) return true;
      this.#elements = undefined;
      return false;
    });
  }

  /** Notes what the table looks like, for `isIntact`. To be called after a change; who changes it next, does it again. */
  remember(): Promise<void> {
    return this.#turns.take(async () => {
      const isLast = this.#turns.pending === 1;
      if (isLast && this.#elements !== undefined) this.#listing ??= await this.#list();
    });
  }

  /** Removes the table. */
  remove(): Promise<void> {
    return this.#turns.take(async () => {
      this.#elements = undefined;
      this.#listing = undefined;
      await load(`add table ${ownTable}\ndelete table ${ownTable}\n`);
    });
  }

  async #applyWhole(elements: Elements): Promise<void> {
    const { code, stderr } = await load(wholeTable(elements, this.#delivers));
    if (code === 0) return;
    if (!this.#delivers || (await load(wholeTable(elements, false))).code !== 0)
      throw new FairwayError("internal", `nft did not take Fairway's rules: ${stderr.trim()}`);
    this.#delivers = false;
  }

  /** The table as text, always in the same order; undefined where there is none. */
  async #list(): Promise<string | undefined> {
    const { code, stdout } = await run("nft", ["--stateless", "list", "table", ...ownTable.split(" ")]);
    return code === 0 ? sorted(stdout) : undefined;
  }
}

/** Nft repeats the line that it does not like, which may be long. */
function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}

/** All of a script or nothing of it (nft(8)). */
function load(script: string): Promise<Outcome> {
  return run("nft", ["-f", "-"], { input: script });
}

/** Elements of hash sets come in any order. */
function sorted(listing: string): string {
  return listing
    .split(/[\n,]/)
    .map((part) => part.trim())
    .sort()
    .join("\n");
}

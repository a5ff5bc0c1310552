import { FairwayError } from "../../errors.ts";
import { run } from "./command.ts";
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
  #last: Promise<unknown> = Promise.resolve();
  #turns = 0;

  /**
   * Makes the table hold these elements: those of the moment when it is this call's turn, so that calls which waited
   * for each other find the work done.
   * @returns whether something was written. @throws `internal` with nft's words.
   */
  apply(elementsNow: () => Elements): Promise<boolean> {
    return this.#inTurn(async () => {
      const elements = elementsNow();
      const script =
        this.#elements === undefined ? wholeTable(elements) : changes(this.#elements, elements).join("\n");
      if (script === "") return false;
      const known = this.#elements;
      this.#elements = undefined;
      this.#listing = undefined;
      const { code, stderr } = await run("nft", ["-f", "-"], script);
      if (code === 0) this.#elements = elements;
      // Somebody may have changed it: the next time, whole.
      else if (known !== undefined) await this.#applyWhole(elements);
      else throw new FairwayError("internal", `nft did not take Fairway's rules: ${stderr.trim()}`);
      return true;
    });
  }

  /** Why nft or the kernel does not take these elements, whatever is in the table; undefined where they do. Changes nothing. */
  refuses(elements: Elements): Promise<string | undefined> {
    return this.#inTurn(async () => {
      const { code, stderr } = await run("nft", ["-f", "-"], trialTable(elements));
      return code === 0 ? undefined : `nft does not take its rules: ${firstLine(stderr)}`;
    });
  }

  /** Whether the table is as we left it; it is made again by the next `apply` where it is not. */
  isIntact(): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.#elements === undefined) return false;
      if (this.#listing !== undefined && this.#listing === (await this.#list())) return true;
      this.#elements = undefined;
      return false;
    });
  }

  /** Notes what the table looks like, for `isIntact`. To be called after a change; who changes it next, does it again. */
  remember(): Promise<void> {
    return this.#inTurn(async () => {
      const isLast = this.#turns === 1;
      if (isLast && this.#elements !== undefined) this.#listing ??= await this.#list();
    });
  }

  /** Removes the table. */
  remove(): Promise<void> {
    return this.#inTurn(async () => {
      this.#elements = undefined;
      this.#listing = undefined;
      await run("nft", ["-f", "-"], `add table ${ownTable}\ndelete table ${ownTable}\n`);
    });
  }

  async #applyWhole(elements: Elements): Promise<void> {
    const { code, stderr } = await run("nft", ["-f", "-"], wholeTable(elements));
    if (code !== 0) throw new FairwayError("internal", `nft did not take Fairway's rules: ${stderr.trim()}`);
    this.#elements = elements;
  }

  /** The table as text, always in the same order; undefined where there is none. */
  async #list(): Promise<string | undefined> {
    const { code, stdout } = await run("nft", ["--stateless", "list", "table", ...ownTable.split(" ")]);
    return code === 0 ? sorted(stdout) : undefined;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#turns++;
    const turn = this.#last.then(work).finally(() => this.#turns--);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** Nft repeats the line that it does not like, which may be long. */
function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}

/** Elements of hash sets come in any order. */
function sorted(listing: string): string {
  return listing
    .split(/[\n,]/)
    .map((part) => part.trim())
    .sort()
    .join("\n");
}

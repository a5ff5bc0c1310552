import type { Mutant } from "./mutant.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "a row that an index cannot read does not end the replica",
    file: "packages/ovsdb/src/replica-table.ts",
    from: "      this.#warn(`Row ${row._uuid} is under no key of the index ${this.#name}: ${reason}`);\n      return [];",
    to: "      throw new Error(reason);",
    test: "packages/ovsdb/test/replica-table.test.ts",
  },
  {
    breaks: "what a listener throws goes to the logger",
    file: "packages/ovsdb/src/emitter.ts",
    from: "if (this.#logger === undefined)",
    to: 'if (this.#logger !== undefined || event !== "")',
    test: "packages/ovsdb/test/resync.test.ts",
  },
];

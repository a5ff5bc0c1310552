import type { Mutant } from "./mutant.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "whose a lab is, when all of a checkout's are ended",
    file: "lab/record.ts",
    from: "record?.keep && record.checkout === checkout",
    to: "record?.keep",
    test: "test/lab/down.test.ts",
  },
  {
    breaks: "that a running test's lab is not ended with the others",
    file: "lab/record.ts",
    from: "record?.keep && record.checkout === checkout",
    to: "record?.checkout === checkout",
    test: "test/lab/down.test.ts",
  },
];

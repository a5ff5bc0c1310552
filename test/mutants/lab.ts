import type { Mutant } from "./mutant.ts";

export const lab: readonly Mutant[] = [
  {
    breaks: "whose a lab is, when all of a checkout's are ended",
    file: "lab/record.ts",
    from: "record?.keep && record.checkout === checkout",
    to: "record?.keep",
    test: "test/lab/up-and-down.test.ts",
    title: "ends what this checkout keeps going",
  },
  {
    breaks: "that a running test's lab is not ended with the others",
    file: "lab/record.ts",
    from: "record?.keep && record.checkout === checkout",
    to: "record?.checkout === checkout",
    test: "test/lab/up-and-down.test.ts",
    title: "ends what this checkout keeps going",
  },
];

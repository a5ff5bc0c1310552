/** A line of the product, broken on purpose, and the test that must notice. `make mutants` breaks each in a copy of the checkout. */
export interface Mutant {
  /** What the break takes away, as a reader would say it: "the epoch's wait in the intent's transactions". */
  readonly breaks: string;
  /** The file, from the checkout's root. */
  readonly file: string;
  /** Text that stands exactly once in the file. */
  readonly from: string;
  readonly to: string;
  /** The test file that must fail, from the checkout's root. */
  readonly test: string;
  /** Only the tests whose title matches, where the whole file would take long. */
  readonly title?: string;
}

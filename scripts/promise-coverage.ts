/** What the reporter wrote of one test. */
export interface Outcome {
  readonly id: string;
  readonly result: "pass" | "fail" | "skipped";
  readonly file: string;
}

/** Where tests see what a user sees, on real hosts. */
const endToEnd = "test/e2e/";

/**
 * A line for each promise in the table of docs/promises.md: `D01 pass FILE`, `D01 fail FILE`, `D01 skipped FILE`, `D01 none`. One
 * failure outweighs any number of passes, and a skipped test proves nothing. Component tests count for promises marked † alone.
 */
export function coverage(promises: string, outcomes: readonly Outcome[]): readonly string[] {
  return Array.from(promises.matchAll(/^\| ([A-Z]\d\d) \| (.*) \|$/gm), ([, id = "", promise = ""]) => {
    const isProof = ({ file }: Outcome) => promise.endsWith("†") || file.startsWith(endToEnd);
    const own = outcomes.filter((outcome) => outcome.id === id && isProof(outcome));
    const decisive =
      own.find(({ result }) => result === "fail") ??
      own.findLast(({ result }) => result === "pass") ??
      own.find(({ result }) => result === "skipped");
    return decisive === undefined ? `${id} none` : `${id} ${decisive.result} ${decisive.file}`;
  });
}

/** What the reporter wrote of one test. */
export interface Outcome {
  readonly id: string;
  readonly result: "pass" | "fail" | "skipped";
  readonly file: string;
}

/**
 * A line for each promise in the table of docs/promises.md: `D01 pass FILE`, `D01 fail FILE`, `D01 skipped FILE`, `D01 none`. One
 * failure outweighs any number of passes, and a skipped test proves nothing.
 */
export function coverage(promises: string, outcomes: readonly Outcome[]): readonly string[] {
  const ids = Array.from(promises.matchAll(/^\| ([A-Z]\d\d) \|/gm), ([, id = ""]) => id);
  return ids.map((id) => {
    const own = outcomes.filter((outcome) => outcome.id === id);
    const decisive =
      own.find(({ result }) => result === "fail") ??
      own.findLast(({ result }) => result === "pass") ??
      own.find(({ result }) => result === "skipped");
    return decisive === undefined ? `${id} none` : `${id} ${decisive.result} ${decisive.file}`;
  });
}

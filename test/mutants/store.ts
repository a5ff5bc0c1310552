import type { Mutant } from "./mutant.ts";

const file = "packages/fairway/src/intent/store.ts";
const test = "packages/fairway/test/intent/store.test.ts";

/** The intent's commits. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "the epoch's wait in the intent's transactions",
    file,
    from: "[fence, ...operations, op.commit(true)]",
    to: "[...operations, op.commit(true)]",
    test,
    title: "former leader",
  },
  {
    breaks: "changes are on the disk before they are answered",
    file,
    from: "[fence, ...operations, op.commit(true)]",
    to: "[fence, ...operations]",
    test,
    title: "on the disk",
  },
  {
    breaks: "the epoch is on the disk before a center leads",
    file,
    from: "[...operations, op.commit(true)];",
    to: "operations;",
    test,
    title: "on the disk",
  },
  {
    breaks: "a wish is encoded by itself, so that its fault is its own",
    file,
    from: "      draft.operations();\n",
    to: "",
    test,
    title: "cannot hold",
  },
  {
    breaks: "what a commit took that came to nothing is given back",
    file,
    from: "      this.#abandon(batch);\n",
    to: "",
    test,
    title: "free|next one",
  },
  {
    breaks: "a commit whose connection is lost is tried again",
    file,
    from: "++wish.attempts < MAX_ATTEMPTS",
    to: "++wish.attempts < 2",
    test,
    title: "tried again",
  },
  {
    breaks: "what stands in a wish's way may be its own first try",
    file,
    from: "wish.mayBeCommitted ||= cause.outcomeUnknown;",
    to: "",
    test,
    title: "too late",
  },
  {
    breaks: "plans see a replica that is complete",
    file,
    from: "if (!this.replica.isSynced) await this.#untilSynced();",
    to: "",
    test,
    title: "before a reconnect",
  },
  {
    breaks: "free text without NUL alone passes the API",
    file: "packages/fairway/src/free-text.ts",
    from: ' && !text.includes("\\0")',
    to: "",
    test: "packages/fairway/test/bad-input/api-fields.test.ts",
  },
  {
    breaks: "text is not cut within a surrogate pair",
    file: "packages/fairway/src/free-text.ts",
    from: "isHalf ? beginning.slice(0, -1) : beginning",
    to: "beginning",
    test: "packages/fairway/test/free-text.test.ts",
  },
  {
    breaks: "a label that the center cannot keep costs no container its names",
    file: "packages/fairway/src/docker/tellable.ts",
    from: "return text.length <= most && isStorable(text);",
    to: "return text.length <= most;",
    test: "packages/fairway/test/docker/events.test.ts",
    title: "A07",
  },
];

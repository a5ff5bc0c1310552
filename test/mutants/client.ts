import type { Mutant } from "./mutant.ts";

const caller = "packages/client/src/caller.ts";
const events = "packages/client/src/events.ts";
const ofEvents = "packages/client/test/events.test.ts";
const ofApi = "packages/fairway/test/api/client.test.ts";
const ofLists = "packages/fairway/test/cli/lists.test.ts";
const ofWatch = "packages/fairway/test/cli/watch.test.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "that a POST whose connection breaks is not sent again",
    file: caller,
    from: 'return error.cause === undefined || method !== "POST" || this.#failureOf(error)?.wasNeverSent === true;',
    to: "return true;",
    test: ofApi,
  },
  {
    breaks: "that a kept connection which the server closed is no failure",
    file: caller,
    from: 'if (asked.method === "POST" || this.#failureOf(error)?.wasStale !== true) throw error;',
    to: "throw error;",
    test: ofApi,
  },
  {
    breaks: "that a stream may be silent only for so long",
    file: caller,
    from: "        silence.begin();",
    to: "",
    test: ofEvents,
  },
  {
    breaks: "that events begin again behind the last one",
    file: events,
    from: "follow({ noun, after: last }, options)",
    to: "follow({ noun, after }, options)",
    test: ofEvents,
  },
  {
    breaks: "that a slow reader hears that it missed events",
    file: events,
    from: '        if (event.type === "cut") throw missed(event.reason);\n',
    to: "",
    test: ofEvents,
  },
  {
    breaks: "that a list is read to its last page",
    file: "packages/client/src/client.ts",
    from: "      next = page.next;",
    to: "      next = undefined;",
    test: "packages/client/test/pages.test.ts",
  },
  {
    breaks: "that only one page of a list is held",
    file: "packages/client/src/client.ts",
    from: "maker.of([{ ...filter, limit: pageSize }]).path",
    to: "maker.of([filter]).path",
    test: "packages/client/test/pages.test.ts",
  },
  {
    breaks: "that --sort knows numbers",
    file: "packages/fairway/src/cli/list.ts",
    from: "numeric: true",
    to: "numeric: false",
    test: ofLists,
  },
  {
    breaks: "that -o name is refused before a command does anything",
    file: "packages/fairway/src/cli/program.ts",
    from: '  program.hook("preAction", (_, command) => lists.check(command));\n',
    to: "",
    test: ofLists,
  },
  {
    breaks: "that changes which come at once are one drawing",
    file: "packages/fairway/src/cli/watch.ts",
    from: "changed.resolve();\n        return;",
    to: "await draw();\n        return;",
    test: ofWatch,
  },
  {
    breaks: "that --watch lists anew where events were forgotten",
    file: "packages/fairway/src/cli/watch.ts",
    from: 'if (!(error instanceof FairwayError && error.code === "gone")) throw error;',
    to: "throw error;",
    test: ofWatch,
  },
];

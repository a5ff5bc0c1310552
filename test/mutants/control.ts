import type { Mutant } from "./mutant.ts";

const northbound = "packages/fairway/src/control/northbound.ts";
const store = "packages/fairway/src/intent/store.ts";
const election = "packages/fairway/src/control/election.ts";
const server = "packages/fairway/src/cluster/intent-server.ts";
const terms = "packages/fairway/test/control/terms.test.ts";
const intentServer = "packages/fairway/test/cluster/intent-server.test.ts";

/** Terms of leadership, Northbound, the intent's server. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "the epoch's wait in Northbound's transactions",
    file: northbound,
    from: "[fence, ...operations]",
    to: "[...operations]",
    test: terms,
    title: "former leader",
  },
  {
    breaks: "Northbound is not taken over with an older epoch",
    file: northbound,
    from: "if (last >= epoch)",
    to: "if (last > epoch + 100)",
    test: terms,
    title: "not higher",
  },
  {
    breaks: "Northbound is not taken over from an epoch that was not heard of",
    file: northbound,
    from: "...(last === 0 ? [] : [this.#fence(uuid, last)]),",
    to: "",
    test: terms,
    title: "not higher",
  },
  {
    breaks: "the database looks at the lock when an epoch is raised",
    file: store,
    from: "const durable = [...held(term), ...operations",
    to: "const durable = [...operations",
    test: terms,
    title: "the database itself",
  },
  {
    breaks: "a term passes no epoch that somebody else raised",
    file: store,
    from: 'this.replica.on("change", this.#lookAtEpoch);',
    to: "",
    test: terms,
    title: "never passes",
  },
  {
    breaks: "a term that is over raises no epoch",
    file: election,
    from: 'const lose = () => term.end("its lock was lost");',
    to: "const lose = () => undefined;",
    test: terms,
    title: "overtaken",
  },
  {
    breaks: "a term that ended while the lock is held is followed by another",
    file: election,
    from: "if (!term.isOver || performance.now() - beganMs < LASTING_MS) throw error;",
    to: "return;",
    test: terms,
    title: "gone from Northbound",
  },
  {
    breaks: "the socket of a server that lives is left alone",
    file: server,
    from: "if (pid !== undefined) {",
    to: "if (pid === -1) {",
    test: intentServer,
    title: "frozen",
  },
  {
    breaks: "programs of the database have a time limit",
    file: "packages/fairway/src/cluster/ovsdb-program.ts",
    from: "timeout: timeoutMs, ",
    to: "",
    test: intentServer,
    title: "does not end",
  },
];

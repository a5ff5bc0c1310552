import type { Mutant } from "./mutant.ts";

const northbound = "packages/fairway/src/control/northbound.ts";
const store = "packages/fairway/src/intent/store.ts";
const election = "packages/fairway/src/control/election.ts";
const server = "packages/fairway/src/cluster/intent-server.ts";
const convergence = "packages/fairway/src/control/convergence.ts";
const hostStates = "packages/fairway/src/control/host-states.ts";
const isolation = "packages/fairway/test/control/isolation.test.ts";
const hostStatesTest = "packages/fairway/test/control/host-states.test.ts";
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
  {
    breaks: "a unit that Northbound refuses is found and put aside",
    file: convergence,
    from: "if (first === undefined || !isRefusal(error)) throw error;",
    to: "throw error;",
    test: isolation,
  },
  {
    breaks: "what a commit that lost its connection was to write stays marked",
    file: convergence,
    from: "for (const unit of batch) this.#marked.add(unit);",
    to: "",
    test: "packages/fairway/test/control/convergence.test.ts",
    title: "X06 what is written to Northbound",
  },
  {
    breaks: "a batch that is refused is halved",
    file: convergence,
    from: "if (compiled.length === 1) return",
    to: "return",
    test: isolation,
    title: "of many units",
  },
  {
    breaks: "what waits for a switch that is refused says so",
    file: convergence,
    from: "if (why === undefined && !this.#applying.has(network)) return;",
    to: "return;",
    test: isolation,
    title: "a network that Northbound refuses",
  },
  {
    breaks: "reasons that another leader wrote are taken back",
    file: convergence,
    from: "        this.#reasons.notice(unit);\n",
    to: "",
    test: isolation,
    title: "last leader",
  },
  {
    breaks: "a reason goes when the unit works",
    file: "packages/fairway/src/control/unit-reasons.ts",
    from: "this.#told.union(new Set(reasons.keys()))",
    to: "reasons.keys()",
    test: isolation,
    title: "an endpoint that Northbound refuses",
  },
  {
    breaks: "a host that missed more than is remembered is told everything",
    file: hostStates,
    from: " && number >= this.#forgotten",
    to: "",
    test: hostStatesTest,
    title: "comes back",
  },
  {
    breaks: "an item that cannot be compiled leaves the others",
    file: hostStates,
    from: 'const name = this.#store.view.get("Host", host)?.name;',
    to: 'throw error;\n      const name = this.#store.view.get("Host", host)?.name;',
    test: hostStatesTest,
    title: "cannot be compiled",
  },
  {
    breaks: "a host that goes down holds up no removal",
    file: "packages/fairway/src/compile/touched-hosts.ts",
    from: "if (change.old?.state === change.new?.state) return [];",
    to: "return [];",
    test: hostStatesTest,
    title: "goes down",
  },
  {
    breaks: "an endpoint that cannot be revived leaves the others",
    file: "packages/fairway/src/service/host-watch.ts",
    from: "lost.map((each) => this.#items.attempt(`endpoint ${each._uuid}`, () => revive(each)))",
    to: "lost.map(revive)",
    test: "packages/fairway/test/service/host-watch.test.ts",
    title: "cannot be given",
  },
  {
    breaks: "a change of mode touches networks with the same addresses",
    file: "packages/fairway/src/compile/touched-reach.ts",
    from: "return existing(change.uuid, ...networksAround(view, change.uuid));",
    to: "return [change.uuid];",
    test: hostStatesTest,
    title: "begins to lead",
  },
];

import type { Mutant } from "./mutant.ts";

const northbound = "packages/fairway/src/control/northbound.ts";
const store = "packages/fairway/src/intent/store.ts";
const election = "packages/fairway/src/control/election.ts";
const server = "packages/fairway/src/cluster/intent-server.ts";
const convergence = "packages/fairway/src/control/convergence.ts";
const hostStates = "packages/fairway/src/control/host-states.ts";
const tracking = "packages/fairway/src/compile/tracking/";
const tableReaders = `${tracking}table-readers.ts`;
const readers = `${tracking}readers.ts`;
const trackedView = `${tracking}tracked-view.ts`;
const dependencies = `${tracking}dependencies.ts`;
const trackedItems = "packages/fairway/src/compile/host/tracked-items.ts";
const trackedUnits = "packages/fairway/src/compile/northbound/tracked-units.ts";
const difference = "packages/fairway/src/control/difference.ts";
const trackingTest = "packages/fairway/test/compile/tracking.test.ts";
const dependenciesTest = "packages/fairway/test/compile/dependencies.test.ts";
const differenceTest = "packages/fairway/test/control/difference.test.ts";
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
    from: "if (why === undefined && !this.#applying.has(other)) return;",
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
    breaks: "an endpoint that cannot be revived leaves the others",
    file: "packages/fairway/src/center/hosts/host-watch.ts",
    from: "lost.map((each) => this.#items.attempt(`endpoint ${each._uuid}`, () => revive(each)))",
    to: "lost.map(revive)",
    test: "packages/fairway/test/center/hosts/host-watch.test.ts",
    title: "cannot be given",
  },
  {
    breaks: "a change touches who read a row's column that differs",
    file: readers,
    from: "(columns & changed) !== 0",
    to: "columns === 0",
    test: trackingTest,
    title: "units that a change marks",
  },
  {
    breaks: "who read that there is no row hears of the first one",
    file: trackedView,
    from: "const row = this.#tracker.view.get(table, uuid);\n    if (row === undefined) return undefined;",
    to: "const row = this.#tracker.view.get(table, uuid);\n    if (row === undefined) {\n      this.#questions.pop();\n      return undefined;\n    }",
    test: dependenciesTest,
    title: "that there is none",
  },
  {
    breaks: "who read the rows of an index's key hears of one more",
    file: tableReaders,
    from: "this.members.touch(key);",
    to: "",
    test: trackingTest,
    title: "units that a change marks",
  },
  {
    breaks: "who looked at columns of the rows of an index's key hears where they change",
    file: tableReaders,
    from: "this.members.touchColumns(key, changed);",
    to: "",
    test: dependenciesTest,
    title: "looked at",
  },
  {
    breaks: "who counted the rows of an index's key hears of one more",
    file: trackedView,
    from: "this.#note(this.#tracker.table(table).index(index).members.of(0), key);\n    return this.#tracker.view.count(",
    to: "return this.#tracker.view.count(",
    test: dependenciesTest,
    title: "count",
  },
  {
    breaks: "who asked whether there is any row hears of the first one and of the last one's end",
    file: tableReaders,
    from: "if (count > 0 === count - more > 0) continue;",
    to: "if (count > 1 === count - more > 1) continue;",
    test: trackingTest,
    title: "units that a change marks",
  },
  {
    breaks: "who asked that of many keys at once hears of each",
    file: tableReaders,
    from: "for (const first of beginningsOf(key)) this.existenceBehind.touch(first);",
    to: "",
    test: trackingTest,
    title: "units that a change marks",
  },
  {
    breaks: "who read all rows of a table hears of one more",
    file: tableReaders,
    from: "this.all.touch(ALL);",
    to: "",
    test: trackingTest,
    title: "units that a change marks",
  },
  {
    breaks: "a fact that says something else touches who asked for it",
    file: dependencies,
    from: "if (isNews) fact.readers.touch(fact.key);",
    to: "",
    test: trackingTest,
    title: "items that a change marks",
  },
  {
    breaks: "what a reader read until it threw is noted",
    file: dependencies,
    from: "} finally {\n      view.close();",
    to: "view.close();\n    } finally {",
    test: dependenciesTest,
    title: "throws",
  },
  {
    breaks: "a row that brings an item to a host marks it",
    file: trackedItems,
    from: "if (had === 0 || item.rows === 0) item.touched();",
    to: "if (item.rows === 0) item.touched();",
    test: trackingTest,
    title: "items that a change marks",
  },
  {
    breaks: "a new row begets its units, and one that is gone ends them",
    file: trackedUnits,
    from: "for (const kind of unitKinds) if (kind.table === table) this.#mark(`${kind.name}/${uuid}`);",
    to: "",
    test: trackingTest,
    title: "units that a change marks",
  },
  {
    breaks: "a row that goes over to another unit stays where it is",
    file: difference,
    from: "if (!desired.has(_uuid)) superfluous.set(_uuid, table);",
    to: "if (!this.#units.get(unit)?.some(({ row }) => row.uuid === _uuid)) superfluous.set(_uuid, table);",
    test: differenceTest,
    title: "goes over",
  },
  {
    breaks: "a row that is made anew is what it was to rows that another reference has kept",
    file: difference,
    from: "operations.push(...this.#referToOthers(row, added));",
    to: "",
    test: differenceTest,
    title: "several rows",
  },
  {
    breaks: "what a row's mark says of one that is made anew does not hold",
    file: difference,
    from: "!isMarked || inserted.has(reference.uuid)",
    to: "!isMarked",
    test: differenceTest,
    title: "several rows",
  },
  {
    breaks: "rows that earlier versions marked are known",
    file: "packages/fairway/src/compile/northbound/marks.ts",
    from: "return former === undefined ? mark :",
    to: "return mark !== undefined ? mark :",
    test: differenceTest,
    title: "earlier versions",
  },
  {
    breaks: "a row that moves is let go by whatever referred to it, whether or not its mark names that",
    file: difference,
    from: "...(known === undefined || isMarked ? [] : release(table, uuid, wanted)),",
    to: "",
    test: differenceTest,
    title: "converges",
  },
];

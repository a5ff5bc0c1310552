import type { Mutant } from "./mutant.ts";

const agent = (name: string) => `packages/fairway/test/agent/${name}.test.ts`;

export const mutants: readonly Mutant[] = [
  {
    breaks: "one family of a leg that fails leaves the other",
    file: "packages/fairway/src/agent/egress/leg-interfaces.ts",
    from: "works: failures.size < families.size,",
    to: "works: failures.size === 0,",
    test: agent("isolation"),
  },
  {
    breaks: "a foreign port in a leg's way is told as such",
    file: "packages/fairway/src/agent/egress/leg-ports.ts",
    from: 'if (error instanceof OvsdbError && error.code === "constraint violation") throw foreignPort(error);',
    to: "",
    test: agent("isolation"),
  },
  {
    breaks: "what nft refuses is found among what it takes",
    file: "packages/fairway/src/agent/egress/host-rules.ts",
    from: "if (!(await this.#isolate())) throw error;",
    to: "throw error;",
    test: agent("isolation"),
  },
  {
    breaks: "fw-afar that cannot be read is made again",
    file: "packages/fairway/src/agent/egress/afar.ts",
    from: "      this.#close();\n      this.#loop.soon();\n      return;",
    to: "      throw error;",
    test: agent("isolation"),
  },
  {
    breaks: "a network of other hosts that cannot be led is put aside",
    file: "packages/fairway/src/agent/egress/afar.ts",
    from: "await this.#items.attempt(item.key, () =>\n        this.#parts.routing.lead(item.cidrs, link.index, item.addresses),\n      );",
    to: "await this.#parts.routing.lead(item.cidrs, link.index, item.addresses);",
    test: agent("isolation"),
  },
  {
    breaks: "an item that cannot be read leaves what was known under its key",
    file: "packages/fairway/src/agent/host-state.ts",
    from: "    this.#unreadable.set(key, fault);\n",
    to: "    this.#unreadable.set(key, fault);\n    this.#items.delete(key);\n",
    test: agent("isolation"),
  },
  {
    breaks: "a name server that fails says why",
    file: "packages/fairway/src/agent/names/name-server.ts",
    from: "reason === undefined ? [] : { network, reason: `names: ${reason}` }",
    to: "[]",
    test: agent("names/name-server"),
  },
  {
    breaks: "what a host told of a network ends with the host",
    file: "packages/fairway/src/service/network-status.ts",
    from: "[mirrorOn, troubleOn]",
    to: "[mirrorOn]",
    test: "packages/fairway/test/service/troubles.test.ts",
  },
  {
    breaks: "what a host does not name any more has passed",
    file: "packages/fairway/src/service/troubles.ts",
    from: "return reason === undefined ? others : { ...others, [part]: reason };",
    to: "return { ...status, ...(reason !== undefined && { [part]: reason }) };",
    test: "packages/fairway/test/service/troubles.test.ts",
  },
  {
    breaks: "a character of a trouble is not cut in two",
    file: "packages/fairway/src/agent/troubles.ts",
    from: 'Array.from(readable).slice(0, longestReason).join("")',
    to: "readable.slice(0, longestReason)",
    test: agent("trouble-report"),
  },
  {
    breaks: "what cannot be told of a connection's caller ends that connection",
    file: "packages/fairway/src/api/listener.ts",
    from: 'server.on("secureConnection", callbackOf("take a connection", parts, admit));',
    to: 'server.on("secureConnection", admit);',
    test: "packages/fairway/test/callbacks/api.test.ts",
  },
  {
    breaks: "a listener's timer that is not guarded is found",
    file: "packages/fairway/src/agent/egress/legs.ts",
    from: 'setInterval(guarded("look at the legs", logger, this.verify), periodMs)',
    to: "setInterval(this.verify, periodMs)",
    test: "packages/fairway/test/callbacks/guarded.test.ts",
  },
  {
    breaks: "a change of Open vSwitch that cannot be read ends nothing",
    file: "packages/fairway/src/agent/reconcile.ts",
    from: 'this.#onOpenVSwitch = guarded("follow Open vSwitch", logger, (changes) => this.#noticeLost(changes));',
    to: "this.#onOpenVSwitch = (changes) => this.#noticeLost(changes);",
    test: "packages/fairway/test/callbacks/agent.test.ts",
  },
];

import type { Mutant } from "./mutant.ts";

const names = "packages/fairway/test/docker/driver-names.test.ts";
const words = "packages/fairway/test/dialects/dialects.test.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "a mirror has a driver's name only where this process answers under it",
    file: "packages/fairway/src/docker/driver-names.ts",
    from: "answered.find((each) => each === name && isNetworkDriver(each))",
    to: "this.#parts.names.find((each) => each === name && isNetworkDriver(each))",
    test: names,
  },
  {
    breaks: "networks of a name that another plugin has are that plugin's",
    file: "packages/fairway/src/docker/driver-names.ts",
    from: "return [...this.#servers.keys()].filter(isDriver)",
    to: "return this.#parts.names.filter(isDriver)",
    test: names,
  },
  {
    breaks: "what a killed Fairway left of a name goes",
    file: "packages/fairway/src/docker/driver-names.ts",
    from: "    await this.#removeAbandoned();\n",
    to: "",
    test: names,
  },
  {
    breaks: "a socket that others may use was not made here",
    file: "packages/docker-plugin/src/socket-path.ts",
    from: " && (found.mode & 0o777) === ownersAlone",
    to: "",
    test: "packages/docker-plugin/test/socket-path.test.ts",
  },
  {
    breaks: "the center learns under which name a network was made",
    file: "packages/fairway/src/docker/network.ts",
    from: '    ...(name !== "fairway" && { driver: name }),\n',
    to: "",
    test: names,
  },
  {
    breaks: "a mirror is told under which name its original was made",
    file: "packages/fairway/src/compile/host/mirror.ts",
    from: "    ...(model?.driver !== undefined && model.driver !== null && { driver: model.driver }),\n",
    to: "",
    test: "packages/fairway/test/docker/mirrored-drivers.test.ts",
  },
  {
    breaks: "a mirror under another driver's name is outdated",
    file: "packages/fairway/src/docker/mirror.ts",
    from: "  const own = { Driver, Internal,",
    to: "  const own = { Driver: listed.Driver, Internal,",
    test: "packages/fairway/test/docker/outdated-mirrors.test.ts",
  },
  {
    breaks: "a host keeps the name for a center that forgets it",
    file: "packages/fairway/src/compile/host/network-definition.ts",
    from: "      ...(driver !== undefined && { driver }),\n",
    to: "",
    test: "packages/fairway/test/center/docker/claims.test.ts",
  },
  {
    breaks: "what two options say must not contradict each other",
    file: "packages/fairway/src/dialects/dialect.ts",
    from: "const before = said[ours] ?? options[ours];",
    to: "const before = said[ours];",
    test: words,
  },
  {
    breaks: "a handle's options are no wish",
    file: "packages/fairway/src/dialects/dialect.ts",
    from: "  if (isHandle(options)) return options;\n",
    to: "",
    test: words,
  },
  {
    breaks: "what does nothing is shown with its network",
    file: "packages/fairway/src/center/views.ts",
    from: "[...ignoredOptions(dialectOf(name), options)]",
    to: "[]",
    test: names,
  },
  {
    breaks: "a machine that leaves takes no other plugin's networks out of Docker",
    file: "packages/fairway/src/cluster/engine-networks.ts",
    from: "Driver === driver || others.has(Id)",
    to: 'Driver === driver || Driver === "vlcp"',
    test: "packages/fairway/test/cluster/engine-networks.test.ts",
  },
];

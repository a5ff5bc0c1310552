import type { Mutant } from "./mutant.ts";

const folder = "packages/fairway/src/center/networks";
const update = "packages/fairway/test/center/networks/network-update.test.ts";
const networks = "packages/fairway/test/center/networks/api-networks.test.ts";
const mirrors = "packages/fairway/test/docker/outdated-mirrors.test.ts";

/** Networks that no engine made, and changes of networks in place. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "a network that no engine made stays without engines",
    file: "packages/fairway/src/center/docker/handle-removal.ts",
    from: "return isKept ? undefined : deleteNetwork(draft, network._uuid);",
    to: "return deleteNetwork(draft, network._uuid);",
    test: networks,
    title: "comes back",
  },
  {
    breaks: "a change is made of the revision that was seen",
    file: "packages/fairway/src/center/revision.ts",
    from: "wanted === undefined ||",
    to: "wanted !== undefined ||",
    test: networks,
    title: "or not at all",
  },
  {
    breaks: "a dry run gives back the subnet that it chose",
    file: "packages/fairway/src/intent/rehearsal.ts",
    from: "    draft.abandon();\n",
    to: "",
    test: networks,
    title: "dry run",
  },
  {
    breaks: "a subnet with containers stays",
    file: `${folder}/subnet-changes.ts`,
    from: "for (const subnet of removed) checkUnused(draft, subnet);\n",
    to: "",
    test: update,
    title: "a subnet goes when",
  },
  {
    breaks: "engines that know a removed subnet's pool get addresses of another",
    file: `${folder}/subnet-changes.ts`,
    from: "    redirectPools(draft, subnet, left);\n",
    to: "",
    test: update,
    title: "a subnet goes when",
  },
  {
    breaks: "an engine's word does not take a change back",
    file: `${folder}/network-rows.ts`,
    from: ' && !changed.includes("labels")',
    to: "",
    test: update,
    title: "does not take that back",
  },
  {
    breaks: "containers that began before a change are named",
    file: "packages/fairway/src/center/endpoints/endpoint-rows.ts",
    from: "given: settingsAtStart(draft, network._uuid),",
    to: "given: null,",
    test: update,
    title: "are named until",
  },
  {
    breaks: "a mirror is not made anew under a container's feet",
    file: "packages/fairway/src/docker/outdated-mirrors.ts",
    from: "if (containersOn(await engine.containers(signal), Id, Name).length > 0) return false;",
    to: "",
    test: mirrors,
    title: "stopped container",
  },
  {
    breaks: "an engine that shows a network otherwise is asked once",
    file: "packages/fairway/src/docker/outdated-mirrors.ts",
    from: "      this.#renewed.set(network, this.#wishFor(item));\n",
    to: "",
    test: mirrors,
    title: "again and again",
  },
];

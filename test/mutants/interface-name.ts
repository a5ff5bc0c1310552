import type { Mutant } from "./mutant.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "the interface's name in the answer to Join",
    file: "packages/fairway/src/docker/join-leave.ts",
    from: "...(interfaceName !== undefined && { DstName: interfaceName }),",
    to: "",
    test: "packages/fairway/test/docker/calls.test.ts",
    title: "D20",
  },
  {
    breaks: "names that the kernel refuses",
    file: "packages/fairway/src/center/docker/docker-endpoints.ts",
    from: "      ...readOptions(endpointSpec, options),\n",
    to: "      interfaceName: undefined,\n",
    test: "packages/fairway/test/center/docker/docker.test.ts",
    title: "D20",
  },
];

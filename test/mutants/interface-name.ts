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
    file: "packages/fairway/src/service/docker-endpoint.ts",
    from: "    readEndpointOptions(request.options ?? {});\n",
    to: "",
    test: "packages/fairway/test/service/docker.test.ts",
    title: "D20",
  },
];

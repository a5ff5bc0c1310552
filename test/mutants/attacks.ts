import type { Mutant } from "./mutant.ts";

const subnets = "packages/fairway/test/service/reserved-subnets.test.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "reserved subnets in our IPAM",
    file: "packages/fairway/src/service/pool.ts",
    from: "    if (cidr !== undefined) checkNotReserved(cidr);\n",
    to: "",
    test: subnets,
  },
  {
    breaks: "reserved subnets with Docker's IPAM",
    file: "packages/fairway/src/service/docker-network.ts",
    from: "  for (const cidr of cidrs) checkNotReserved(formatCidr(cidr));\n",
    to: "",
    test: subnets,
  },
  {
    breaks: "the gateway's MAC address is nobody else's",
    file: "packages/fairway/src/service/docker-endpoint.ts",
    from: "if (asked === routerMac(network))",
    to: "if (asked === network)",
    test: "packages/fairway/test/service/docker.test.ts",
    title: "D04",
  },
  {
    breaks: "the token is looked for before the request for a certificate is parsed",
    file: "packages/fairway/src/service/members.ts",
    from: "    knownToken(store.view, request.secret);\n",
    to: "",
    test: "packages/fairway/test/service/members.test.ts",
  },
];

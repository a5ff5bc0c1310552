import type { Mutant } from "./mutant.ts";

const edge = "packages/fairway/src/docker/endpoint.ts";
const views = "packages/fairway/src/center/endpoints/endpoint-view.ts";
const callsTest = "packages/fairway/test/docker/calls.test.ts";
const serviceTest = "packages/fairway/test/center/docker/docker.test.ts";

/** MAC addresses, addresses and what is shown of an endpoint. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "a container has routes to the other subnets of its network",
    file: "packages/fairway/src/center/subnets/container-routes.ts",
    from: "[...asked, ...others.map((destination) => ({ destination, nextHop: null }))]",
    to: "[...asked]",
    test: "test/e2e/addresses.test.ts",
    title: "I02 a container reaches the other subnets",
  },
  {
    breaks: "no route to a subnet that another network has as well",
    file: "packages/fairway/src/center/subnets/container-routes.ts",
    from: ".every(({ _uuid }) => _uuid === network)",
    to: ".some(({ _uuid }) => _uuid === network)",
    test: "packages/fairway/test/center/subnets/container-routes.test.ts",
  },
  {
    breaks: "a chosen MAC address on its way to the center",
    file: edge,
    from: "    ...(mac !== undefined && { mac }),\n",
    to: "",
    test: callsTest,
  },
  {
    breaks: "a chosen MAC address in the intent",
    file: "packages/fairway/src/center/endpoints/endpoint-rows.ts",
    from: "if (isFree(asked)) return asked;",
    to: "if (isFree(asked)) return deriveMac(network, asked);",
    test: serviceTest,
  },
  {
    breaks: "the same made-up MAC address for the same address",
    file: "packages/fairway/src/center/endpoints/endpoint-rows.ts",
    from: "deriveMac(network, address, String(salt))",
    to: "deriveMac(network, address, String(salt + Math.random()))",
    test: serviceTest,
  },
  {
    breaks: "the facts of an endpoint that its engine asks for",
    file: edge,
    from: "known === undefined ? {} : operInfo(known, hostName)",
    to: "{}",
    test: callsTest,
  },
  {
    breaks: "the engine's ids of an endpoint that is shown",
    file: views,
    from: "endpointId: handle.engine_id,",
    to: 'endpointId: "",',
    test: serviceTest,
  },
  {
    breaks: "the container of an endpoint that is shown",
    file: views,
    from: "containerName: handle.container_name,",
    to: "containerName: null,",
    test: serviceTest,
  },
  {
    breaks: "the names of an endpoint that is shown",
    file: views,
    from: "names: [...row.names],",
    to: "names: [],",
    test: serviceTest,
  },
  {
    breaks: "routes of IPv6",
    file: "packages/fairway/src/center/subnets/container-routes.ts",
    from: "families.has(familyOf(destination))",
    to: "familyOf(destination) === 4",
    test: "packages/fairway/test/center/subnets/subnet-options.test.ts",
  },
  {
    breaks: "the refusal of an IPv6 address that is taken",
    file: "packages/fairway/src/center/docker/pool-addresses.ts",
    from: "if (this.#addresses.take(draft, subnet, ip)) return;",
    to: 'if (this.#addresses.take(draft, subnet, ip) || ip.includes(":")) return;',
    test: "packages/fairway/test/center/addresses/addresses.test.ts",
  },
  {
    breaks: "the freedom of options that begin with x-",
    file: "packages/fairway/src/center/docker/network-options.ts",
    from: 'own.startsWith("x-") || ',
    to: "",
    test: "packages/fairway/test/center/networks/options.test.ts",
  },
];

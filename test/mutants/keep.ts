import type { Mutant } from "./mutant.ts";

const claims = "packages/fairway/src/service/claims.ts";
const claimsTest = "packages/fairway/test/service/claims.test.ts";
const agentClaims = "packages/fairway/src/agent/claims.ts";
const agentClaimsTest = "packages/fairway/test/agent/claims.test.ts";

/** What hosts have and the center has forgotten; addresses and who is responsible for them. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "the way back of a claimed endpoint's addresses",
    file: claims,
    from: "return reviveEndpoint(draft, this.#addresses, uuid);",
    to: "return undefined;",
    test: claimsTest,
  },
  {
    breaks: "a subnet's id, by which its engine knows it",
    file: claims,
    from: 'if (known === undefined) draft.insert("Subnet", uuid, cells);',
    to: 'if (known === undefined) draft.insert("Subnet", derive("subnet", uuid), cells);',
    test: claimsTest,
  },
  {
    breaks: "auxiliary addresses of a claimed network",
    file: claims,
    from: "for (const auxiliary of auxiliaries)",
    to: "for (const auxiliary of [] as typeof auxiliaries)",
    test: claimsTest,
  },
  {
    breaks: "a MAC address that was lost with its address",
    file: "packages/fairway/src/service/lost-endpoints.ts",
    from: 'draft.update("Endpoint", endpoint._uuid, { mac });',
    to: "",
    test: claimsTest,
  },
  {
    breaks: "the status of the endpoint that has another's address",
    file: "packages/fairway/src/service/views.ts",
    from: "...contested(view, row), ",
    to: "",
    test: claimsTest,
  },
  {
    breaks: "the kernel's word on what lives, before claims",
    file: agentClaims,
    from: "|| !linked.has(item.endpoint)",
    to: "",
    test: agentClaimsTest,
  },
  {
    breaks: "the look at whether a link leads into a container",
    file: agentClaims,
    from: "if ((await links.find(linkNames(item.endpoint).container)) !== undefined) continue;",
    to: "",
    test: agentClaimsTest,
  },
  {
    breaks: "claims before the center's word counts",
    file: "packages/fairway/src/agent/host-state.ts",
    from: 'if (message.type === "snapshot" && (await this.#hasClaimed(message.items))) return;',
    to: "",
    test: agentClaimsTest,
  },
  {
    breaks: "ports that are kept while a running container's endpoint is not known",
    file: "packages/fairway/src/docker/recovery.ts",
    from: "if (isNone) agent.engineCompared(begunMs);",
    to: "agent.engineCompared(begunMs);",
    test: "packages/fairway/test/docker/recovery.test.ts",
    title: "X04",
  },
  {
    breaks: "an address's rest",
    file: "packages/fairway/src/service/allocator.ts",
    from: "export const REST_MS = 60_000;",
    to: "export const REST_MS = 0;",
    test: "packages/fairway/test/service/allocator.test.ts",
  },
  {
    breaks: "the head of a queue that was cut",
    file: "packages/fairway/src/service/allocator.ts",
    from: "      this.#head = 0;\n",
    to: "",
    test: "packages/fairway/test/service/allocator.test.ts",
  },
  {
    breaks: "the allocator's range when only resting addresses are left",
    file: "packages/fairway/src/service/allocator.ts",
    from: "if (this.#range.some((span) => entry.ip >= span.first && entry.ip <= span.last)) return entry.ip;",
    to: "return entry.ip;",
    test: "packages/fairway/test/service/allocator.test.ts",
  },
  {
    breaks: "the end of a subnet that reaches into an automatic one",
    file: "packages/fairway/src/service/automatic-subnets.ts",
    from: "if (span.last >= start) start",
    to: "if (span.first >= start) start",
    test: "packages/fairway/test/service/automatic-subnets.test.ts",
    title: "I01 a subnet of the pools",
  },
  {
    breaks: "a small subnet within an automatic one",
    file: "packages/fairway/src/service/automatic-subnets.ts",
    from: "if (span.first >= start + step) break;",
    to: "if (span.first > start) break;",
    test: "packages/fairway/test/service/automatic-subnets.test.ts",
    title: "I01 a subnet of the pools",
  },
  {
    breaks: "the end of pools that stand for a subnet, with their engine's network",
    file: "packages/fairway/src/service/removal.ts",
    from: "  deleteAliases(draft, handle);\n",
    to: "",
    test: "packages/fairway/test/service/mirrors.test.ts",
    title: "M03 a network that is made again and again",
  },
  {
    breaks: "the rule for pools that nobody binds",
    file: "packages/fairway/src/service/owners.ts",
    from: "return expires !== null || foreign !== null",
    to: "return expires === null || foreign !== null",
    test: "packages/fairway/test/service/owners.test.ts",
  },
  {
    breaks: "the rest of addresses that OVN has and the intent has lost",
    file: "packages/fairway/src/control/controller.ts",
    from: "      addresses.rest(network, ips);\n",
    to: "",
    test: "packages/fairway/test/service/claims.test.ts",
  },
  {
    breaks: "the time that hosts have for claims before Northbound is collected",
    file: "packages/fairway/src/control/controller.ts",
    from: "if (leftMs > 0) compile.after(leftMs);",
    to: "",
    test: "packages/fairway/test/service/claims.test.ts",
  },
  {
    breaks: "the expiry of an address that was given before its pool became a network's",
    file: "packages/fairway/src/service/pool-addresses.ts",
    from: 'subnet.network === null && role !== "endpoint" ? null',
    to: "subnet.network === null ? null",
    test: "packages/fairway/test/service/owners.test.ts",
  },
  {
    breaks: "the code of a host's removal that still has endpoints",
    file: "packages/fairway/src/service/host-removal.ts",
    from: '    "in_use",\n',
    to: '    "conflict",\n',
    test: "packages/fairway/test/service/host-removal.test.ts",
  },
];

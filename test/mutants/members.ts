import type { Mutant } from "./mutant.ts";

const members = "packages/fairway/test/center/members/members.test.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "a token's second use ends after some minutes",
    file: "packages/fairway/src/center/members/tokens.ts",
    from: "return isItsHost && now - (token.used ?? 0) < secondUseMs;",
    to: "return isItsHost;",
    test: members,
  },
  {
    breaks: "a token's second use needs the host's row",
    file: "packages/fairway/src/center/members/tokens.ts",
    from: "const isItsHost = host !== undefined && host.name === token.used_by && token.used_key === key;",
    to: "const isItsHost = token.used_key === key;",
    test: members,
  },
  {
    breaks: "tokens go with their host",
    file: "packages/fairway/src/center/hosts/hosts.ts",
    from: "      deleteTokensOf(draft, host);\n",
    to: "",
    test: members,
  },
  {
    breaks: "an expired token is refused, also for its second use",
    file: "packages/fairway/src/center/members/tokens.ts",
    from: "if (row.expires <= now)",
    to: "if (row.used === null && row.expires <= now)",
    test: members,
  },
  {
    breaks: "the encapsulation is compared before the token is used up",
    file: "packages/fairway/src/center/members/members.ts",
    from: "    checkEncapsulation(request.encapsulations ?? [], encapsulationOf(store.view));\n",
    to: "",
    test: members,
  },
  {
    breaks: "open connections of a removed host end",
    file: "packages/fairway/src/center/members/admissions.ts",
    from: 'if (changes.some(({ table }) => table === "Host")) look();',
    to: "",
    test: "packages/fairway/test/center/hosts/host-removal.test.ts",
    title: "M08 by force",
  },
];

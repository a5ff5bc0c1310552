import type { Mutant } from "./mutant.ts";

const principals = "packages/fairway/src/center/principals/principals.ts";
const feed = "packages/fairway/src/center/events/event-feed.ts";
const ofPrincipals = "packages/fairway/test/center/principals/principals.test.ts";
const ofApi = "packages/fairway/test/api/principals.test.ts";
const ofFeed = "packages/fairway/test/center/events/event-feed.test.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "that a token expires",
    file: principals,
    from: "return expires !== null && expires <= this.#now();",
    to: "return expires !== null && expires < 0;",
    test: ofPrincipals,
  },
  {
    breaks: "that the intent keeps a token's hash alone",
    file: "packages/fairway/src/token-hash.ts",
    from: 'return createHash("sha256").update(token).digest("hex");',
    to: 'return createHash("sha256").digest("hex").slice(0, 0) + token;',
    test: ofPrincipals,
  },
  {
    breaks: "that nothing is there for a principal of an organization",
    file: "packages/fairway/src/center/access/access.ts",
    from: "if (isOfOrganization(caller)) throw foreign(caller);",
    to: "",
    test: ofPrincipals,
  },
  {
    breaks: "that a viewer changes nothing",
    file: "packages/fairway/src/api/access.ts",
    from: "return roles.indexOf(caller.role) >= roles.indexOf(role);",
    to: "return true;",
    test: ofApi,
  },
  {
    breaks: "that a wrong token is nobody's, whatever socket it comes by",
    file: "packages/fairway/src/api/requests.ts",
    from: "this.#byToken.set(request.raw, caller);",
    to: 'if (caller.kind === "principal") this.#byToken.set(request.raw, caller);',
    test: ofApi,
  },
  {
    breaks: "that no token stands in the log",
    file: "packages/fairway/src/principal-token.ts",
    from: "return text.replaceAll(/fwp_[A-Za-z0-9_-]+/g, `${prefix}…`);",
    to: "return text;",
    test: ofApi,
  },
  {
    breaks: "that a stream ends with its principal",
    file: "packages/fairway/src/api/stream-lines.ts",
    from: "if (!isAllowed()) return;",
    to: "",
    test: ofApi,
  },
  {
    breaks: "that one principal asks only so often",
    file: "packages/fairway/src/api/principal-limits.ts",
    from: "if (waitMs > 0)",
    to: "if (waitMs < 0)",
    test: ofApi,
  },
  {
    breaks: "that an id of another feed is gone",
    file: feed,
    from: "if (feed === this.#feed && isRemembered) return number;",
    to: "if (isRemembered) return number;",
    test: ofFeed,
  },
  {
    breaks: "that a reader of some nouns does not hear of the others",
    file: feed,
    from: "if (isTold && wanted.includes(next.touched.noun)) {",
    to: "if (isTold && wanted.length > 0) {",
    test: ofFeed,
  },
  {
    breaks: "that events are forgotten",
    file: feed,
    from: "this.#events.delete(this.#number - this.#most);",
    to: "",
    test: ofFeed,
  },
  {
    breaks: "that an endpoint changes with its container",
    file: "packages/fairway/src/center/events/touched-objects.ts",
    from: '  { table: "Docker_Endpoint", noun: "endpoint", column: "endpoint" },\n',
    to: "",
    test: ofFeed,
  },
  {
    breaks: "that each change of a merged commit is its own author's",
    file: "packages/fairway/src/intent/store.ts",
    from: "this.changeLog.committed(change.author, operations);",
    to: "this.changeLog.committed(this.changeLog.author, operations);",
    test: "packages/fairway/test/intent/change-log.test.ts",
  },
];

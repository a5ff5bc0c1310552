import type { Row } from "../../src/api/routes/route.ts";
import { rows } from "../../src/api/routes/table.ts";
import { errorCodes } from "../../src/errors.ts";

const update = (test: string): string => `A test compares this page with the source;
\`UPDATE_DOCS=1 node --test packages/fairway/test/api/${test}\` writes it anew.
`;

/** The text of `docs/api.md`, made from the routes. */
export function apiPage(): string {
  const table = rows.map(
    ({ method, url, operation, summary, status }) =>
      `| \`${method}\` | \`${url}\` | ${status} | \`${operation}\` | ${summary} |`,
  );
  return `# The API

JSON over HTTP/1.1. On a center's own machine it listens on \`/run/fairway/api.sock\`, for root; other hosts reach it by
TLS 1.3 where \`center.listen\` says so. A host shows the certificate that it got when it joined, and is known by that certificate's key;
it may use only the paths that begin with its own \`/v1/hosts/NAME\`, \`/v1/status\` and \`/v1/openapi.json\`. A machine that is no host may use
\`/v1/join\` alone, with a token. [Who trusts whom](security.md).

\`\`\`console
$ sudo curl --unix-socket /run/fairway/api.sock http://localhost/v1/networks/blue
\`\`\`

\`GET /v1/openapi.json\` is the whole of it as an OpenAPI 3.1 document, with schemas and examples.

- Every request is idempotent but \`requestPool\`, \`requestAddress\` and \`createToken\`; what is deleted twice succeeds.
- A body has at most 1 MiB and must arrive within 30 s. Unknown fields are refused, with the nearest known name.
- Errors are problems (RFC 9457, \`application/problem+json\`); their \`code\` is one of [these](errors.md).
- \`X-Request-Id\` (up to 64 of \`A-Z a-z 0-9 . _ -\`) follows a request through every log line; without one the server
  makes it. The answer carries it.
- \`GET /v1/hosts/:host/state\` is newline-delimited JSON that does not end: a snapshot, or what changed since
  \`?revision=\`, then changes, and a heartbeat after 5 s of silence. Who hears nothing for 15 s connects again with the last
  revision.

## Routes

| method | path | status | operation | |
| --- | --- | --- | --- | --- |
${table.join("\n")}

## Examples

${rows.flatMap(exampleOf).join("\n\n")}

---

${update("pages.test.ts")}`;
}

/** The text of `docs/errors.md`, made from the codes. */
export function errorsPage(): string {
  const table = Object.entries(errorCodes).map(
    ([code, { status, title, retryable }]) =>
      `| \`${code}\` | ${status} | ${retryable ? "yes" : "no"} | ${title} |`,
  );
  return `# Errors

Every error has one of these codes; they do not change. The message beside the code names what was wrong and what would be
right. *Again* says whether the same request may succeed later without anybody changing anything; Fairway itself tries
such requests again while Docker waits, up to 30 s.

The API answers them as problems (RFC 9457) with this HTTP status; two refusals are finer: a method that a path does not
take is \`invalid\` with 405, a body that is not JSON by its type \`invalid\` with 415. The command line prints
the message and exits with 1, or with 2 when the command itself was wrong.

| code | status | again | meaning |
| --- | --- | --- | --- |
${table.join("\n")}

${update("pages.test.ts")}`;
}

function exampleOf({ method, url, body, example }: Row): string[] {
  if (body === undefined) return [];
  return [`\`${method} ${url}\`\n\n\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``];
}

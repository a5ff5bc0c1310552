import type { Operation } from "../../src/api/registry.ts";
import { registry } from "../../src/api/registry.ts";
import { errorCodes } from "../../src/errors.ts";

const update = (test: string): string => `A test compares this page with the source;
\`UPDATE_DOCS=1 node --test packages/fairway/test/api/${test}\` writes it anew.
`;

/** The text of `docs/api.md`, made from the routes. */
export function apiPage(): string {
  const table = registry.map(
    ({ method, url, operation, summary, access, role = "admin", status }) =>
      `| \`${method}\` | \`${url}\` | ${status} | \`${operation}\` | ${access} | ${role} | ${summary} |`,
  );
  return `# The API

The API is JSON over HTTP/1.1. The center serves it on \`/run/fairway/api.sock\` for root, and with TLS 1.3 where \`center.listen\` says for other hosts.

A host is known by the key of its certificate. The column *access* says who may use which route; [security.md](security.md) says more.

\`\`\`console
# curl --unix-socket /run/fairway/api.sock http://localhost/v1/networks/blue
\`\`\`

\`GET /v1/openapi.json\` describes the whole API as an OpenAPI 3.1 document, with schemas and examples.

\`packages/client\` is a [client](../packages/client/README.md) for Node and browsers with a typed method for each operation. Generators of clients take the
document, too; a test runs one of them.

- Every request is idempotent except \`requestPool\`, \`requestAddress\`, \`createToken\` and \`createPrincipal\`, \`createNetwork\` and \`createSubnet\` without an
  \`id\`, and a transaction with one of these. Deleting something twice succeeds; of a network or a subnet that is not there the API says so.
- A body has at most 1 MiB and must arrive within 30 s. The API refuses unknown fields, and names the nearest known one.
- Errors are problems (RFC 9457, \`application/problem+json\`); their \`code\` is one of [these](errors.md). If fields of the request are wrong,
  \`errors\` names each: \`{"field": "subnets[0].cidr", "detail": "…"}\`.
- \`X-Request-Id\` (up to 64 of \`A-Z a-z 0-9 . _ -\`) stands in every log line of a request. If the request has none, the server
  makes one. The answer has it too.
- \`GET /v1/hosts/:host/state\` is newline-delimited JSON that does not end: a snapshot, or what changed since
  \`?revision=\`, then changes, and a heartbeat after 5 s of silence. A client that hears nothing for 15 s connects again with the last
  revision.

- Each change stands in the center's log with its author: \`root\`, \`host NAME\`, \`principal NAME\`, or \`center\` for what it does by itself.

## With a token

A *principal* is a person or a program that uses the API from any machine. Make one on the center:

\`\`\`console
# fairway principal create ci --role viewer --expires 30d
Principal ci, viewer of all; its token, which expires 2026-12-27 17:22 UTC, is not shown again:

  fwp_…

On another machine, write the certificate of the center's authority to ca.pem, and use both:

-----BEGIN CERTIFICATE-----
…
-----END CERTIFICATE-----

  curl --cacert ca.pem --header "Authorization: Bearer fwp_…" https://192.0.2.1:6640/v1/networks
\`\`\`

Send the token with each request over TLS. You need no client certificate:

\`\`\`console
$ curl --cacert ca.pem --header "Authorization: Bearer $TOKEN" https://192.0.2.1:6640/v1/networks
\`\`\`

| role | may |
| --- | --- |
| \`viewer\` | read networks, physical networks, endpoints, addresses, hosts, status and events |
| \`member\` | also change networks, subnets, routers, zones, ports and reservations |
| \`admin\` | everything that root may |

- A wrong or expired token gets 401. A role that is too low gets 403.
- \`--organization NAME\` limits a principal to what belongs to one [organization](tenancy.md#who-may-what): it reads and, as a member, changes that, as an admin its policies, too. Everything else gets
  404 and stands in no list and no event, as if it were not there.
- A principal may send 200 requests in a row, and then 100 a second. More get 429 with \`Retry-After\`. It may follow 1,024 streams of events at a time.
- If a request has a token, the token alone counts, on the unix socket too.

## Events

\`GET /v1/events\` streams every change of hosts, physical networks, networks, subnets, endpoints and addresses as server-sent events, and to administrators also those of principals and
tokens:

\`\`\`console
# curl --no-buffer --unix-socket /run/fairway/api.sock 'http://localhost/v1/events?noun=network&noun=endpoint'
event: ready
id: 3-9f2c51.16
data: {"type":"ready","id":"3-9f2c51.16"}

id: 3-9f2c51.17
data: {"id":"3-9f2c51.17","time":"2026-11-27T12:00:01.000Z","type":"created","noun":"network","uuid":"…","name":"blue","object":{…}}
\`\`\`

- \`type\` is \`created\`, \`changed\` or \`removed\`. \`object\` is what \`GET\` shows of the object when the event is sent, and null if the object is gone by then.
- A network changes also with its subnets and the engines that have it, an endpoint with its addresses and its container, a physical network with its ports and with networks that come and go.
  A number alone, such as a
  network's \`endpoints\`, makes no event.
- To list objects and miss no change, wait for \`ready\`, and then list.
- To resume, send the last \`id\` as the header \`Last-Event-ID\`, as browsers do, or as \`?after=\`. The center remembers the last 10,000 events. If it
  has forgotten what comes next, or has started again, it answers 410: follow without an id, and then list again.
- A client that reads so slowly that it falls behind by 10,000 events gets the event \`cut\` with the reason, and the stream ends.
- After 5 s of silence comes a \`heartbeat\`. Its id counts too.

\`fairway events\` prints the same on the command line.

## Lists

Lists are JSON arrays, in one order: subnets and addresses by number, endpoints by UUID, tokens by age, the others by name. Without \`limit\` the answer is the whole list.
With \`?limit=100\` (at most 1000) it is a page, and the header \`Link\` names the next one:

\`\`\`
Link: </v1/networks?limit=100&after=blue>; rel="next"
\`\`\`

A page begins behind the item that \`after\` names, even if that item is gone by now. [The OpenAPI document](#the-api) lists each list's filters: \`name\` (with \`*\`
for any letters), \`label\` (\`team\`, or \`team=web\`), \`mode\`, \`origin\`, \`network\`, \`host\`, \`purpose\`, \`state\`, \`type\`, \`role\`.

## Changes

[networks.md](networks.md) shows them with \`curl\`.

- **A UUID of your own.** \`PUT /v1/networks/UUID\` creates the network, or makes the one that is there equal to the request. \`POST\` takes the same UUID as \`id\`.
- **A patch.** \`PATCH\` takes a JSON merge patch (RFC 7396), as \`application/merge-patch+json\` or \`application/json\`: absent fields stay, \`null\` takes a field or an
  entry of a map back to its default, a list takes the place of the whole list.
- **A revision.** Networks, subnets, ports, reservations, physical networks, physical ports, hosts and principals have a \`revision\`, which is also the header \`ETag\` where one object is the answer. It changes with what somebody wants the object to be, not with what happens
  on it. With \`If-Match\` a change is made only if the object still has that revision; otherwise the answer is 412.
- **A dry run.** With \`?dry-run\` the answer is as if the change had been made. Nothing changes.

## Several changes at once

\`POST /v1/transactions\` makes several changes as one transaction: all of them, or none. A change is an operation of those that create, change or remove what users make, with its \`parameters\` (those of path and
query), its \`body\`, and as \`ifMatch\` the revision that its object must have. Each sees what those before it make, change and remove:

\`\`\`console
# curl --unix-socket /run/fairway/api.sock http://localhost/v1/transactions --json '{"changes": [
    {"operation": "createNetwork", "body": {"name": "green", "subnets": [{"cidr": "10.3.0.0/24"}]}},
    {"operation": "reserveAddress", "body": {"network": "green", "ip": "10.3.0.9", "note": "scanner"}},
    {"operation": "createPort", "body": {"name": "vm1", "network": "green", "addresses": ["10.3.0.9"]}}]}'
{"type":"urn:fairway:error:conflict","title":"The object is in the way of another","status":409,"detail":"changes[2] (createPort): address 10.3.0.9 is already in use by the reservation \\"scanner\\" (\`fairway address release 10.3.0.9\` ends it)","code":"conflict","retryable":false,"request":"…","errors":[{"field":"changes[2]","detail":"address 10.3.0.9 is already in use by the reservation \\"scanner\\" (\`fairway address release 10.3.0.9\` ends it)"}]}
\`\`\`

- The answer has in \`results\` what each operation answers alone, in the same order; null where it answers nothing.
- If some are refused, \`errors\` names each, and its field: \`changes[1].body.ip\`. The status is the first one's. Nothing has changed.
- \`?dry-run\` answers the same and changes nothing. Then a token in an answer is nobody's.
- An address that one change frees another may take when the transaction is over.
- A transaction has 1,000 changes at most. Each needs the role that its operation needs alone.

## Routes

Root may use each. *Access* says who else may: *own host*, the host that the path names; *any host*, every host; *expired certificate*,
the host that the path names, even if its certificate has expired; *stranger*, whoever the cluster does not know; *root*, nobody.
*Role* is the least role with which a [principal](#with-a-token) may use it; *anyone*, every principal.

| method | path | status | operation | access | role | |
| --- | --- | --- | --- | --- | --- | --- |
${table.join("\n")}

## Examples

${registry.flatMap(exampleOf).join("\n\n")}

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

Every error has one of these codes. They do not change. The message beside the code says what was wrong and what would be right. *Again* says whether
the same request may succeed later by itself; Fairway repeats such requests while Docker waits, up to 30 s.

The API answers with this HTTP status and a problem (RFC 9457). Two errors have their own status: \`invalid\` with 405 for a method that the path does not
take, and with 415 for a body whose type is not JSON. The command line prints the message and exits with 1, or with 2 if the command itself is
wrong.

| code | status | again | meaning |
| --- | --- | --- | --- |
${table.join("\n")}

${update("pages.test.ts")}`;
}

function exampleOf({ method, url, body, example }: Operation): string[] {
  if (body === undefined) return [];
  return [`\`${method} ${url}\`\n\n\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``];
}

import assert from "node:assert/strict";
import { test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };
import type { Run } from "../../src/cli/commands/run.ts";
import { engineIdOf, samples, uuidOf } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at, fairway } from "./run-command.ts";

const second = {
  ...samples.network,
  uuid: uuidOf("9"),
  name: "a-longer-name@node-2",
  claimed: false,
  originHost: "node-2",
  subnets: [],
  endpoints: 0,
  status: { northbound: "no free segment" },
};

/** By command line: what it prints. */
const outputs: Readonly<Record<string, string>> = {
  status: `\
All is well.

HOST    STATE  VERSION  ENDPOINTS
node-1  up     0.1.0    1

version:     0.1.0
ovn:         23.03.1
leader:      node-1, epoch 3
intent:      connected
northbound:  connected
pending:     0
hosts:       1
networks:    1
endpoints:   1
addresses:   2
`,
  "token create": `\
fairway join 192.0.2.1 --token host.…
`,
  "token create --ttl 30m --role host": `\
fairway join 192.0.2.1 --token host.…
`,
  "token ls": `\
ID            ROLE  STATE   EXPIRES
ffffffff-000  host  unused  2026-11-25 13:00 UTC
`,
  "token rm ffffffff": `\
removed ffffffff
`,
  version: `\
client:  ${packageJson.version}
center:  0.1.0

HOST    VERSION
node-1  0.1.0
`,
  "principal create ci --role viewer --expires 30d": `\
Principal ci, viewer of all; its token, which expires 2026-12-25 12:00 UTC, is not shown again:

  fwp_…

On another machine, write the certificate of the center's authority to ca.pem, and use both:

-----BEGIN CERTIFICATE-----
…
-----END CERTIFICATE-----

  curl --cacert ca.pem --header "Authorization: Bearer fwp_…" https://192.0.2.1:6640/v1/networks
`,
  "principal ls": `\
NAME  ROLE    ORGANIZATION  STATE  EXPIRES
ci    viewer  all           valid  2026-12-25 12:00 UTC
`,
  "route-target ls": `\
TARGET     NETWORKS  IMPORTED BY  EXPORTED BY
64512:100  2         blue, green  blue
`,
  "principal rm ci": "removed ci\n",
  "network ls": `\
NAME                  ID            MODE  SCOPE    SUBNETS      ENDPOINTS  STATUS
a-longer-name@node-2  99999999-000  nat   cluster  –            0          northbound: no free segment
blue                  bbbbbbbb-000  nat   cluster  10.1.0.0/24  1          ok
`,
  "network show blue": `\
name:        blue
id:          ${uuidOf("b")}
revision:    0123456789abcdef
status:      ok
mode:        nat
mtu:         1442
scope:       cluster
origin:      docker on node-1
options:     –
labels:      team=web
endpoints:   1
targets:     64512:100
talks with:  shop
hosts:       reach 10.1.0.0/24 on all hosts
subnets:
  - cidr:     10.1.0.0/24
    id:       ${uuidOf("c")}
    gateway:  10.1.0.1
    ranges:   –
    used:     2 addresses
    options:  –
engines:
  - host:    node-1
    id:      ${engineIdOf("1")}
    name:    blue
    handle:  made
`,
  "network keep blue": "blue: stays\n",
  "network rm blue": "blue: being removed; still used by web on node-1\n",
  "endpoint ls --network blue --host node-1": `\
CONTAINER  ID            NETWORK  ADDRESSES    MAC                HOST    STATUS
web-1      dddddddd-000  blue     10.1.0.7/24  02:42:0a:01:00:07  node-1  ok
`,
  "endpoint show web-1": `\
id:         ${uuidOf("d")}
status:     ok
network:    blue (${uuidOf("b")})
host:       node-1
ovn port:   ${uuidOf("d")}
mac:        02:42:0a:01:00:07
addresses:  10.1.0.7/24
names:      web
labels:     –
options:    –
groups:     –
published:  *:8080/tcp
request:    first
engine:
  - container:     web-1
    container id:  ${engineIdOf("3")}
    endpoint id:   ${engineIdOf("2")}
    network id:    ${engineIdOf("1")}
`,
  "host ls": `\
NAME    STATE  LAST HEARD  TUNNEL      ENDPOINTS  VERSIONS
node-1  up     –           192.0.2.11  1          docker=26.1.5
`,
  "host show node-1": `\
name:        node-1
id:          ${uuidOf("a")}
status:      ok
state:       up
last heard:  –
system id:   chassis-1
tunnel:      192.0.2.11 (MTU 1500)
endpoints:   1
versions:    docker=26.1.5
labels:      rack=4
subnets:     10.50.0.0/16 (eth0)
`,
};

for (const [line, out] of Object.entries(outputs)) {
  test(`O02 fairway ${line} prints what a person can read`, async () => {
    await using served = await serve({ networks: { list: () => [samples.network, second] } });
    assert.deepEqual(await at(served, line), { status: 0, out, err: "" });
  });
}

test("O02 -o json prints the API's own answer, wherever it stands", async () => {
  await using served = await serve();
  for (const line of ["network ls -o json", "-o json network ls", "network -o json ls"]) {
    const { out } = await at(served, line);
    assert.deepEqual(JSON.parse(out), [samples.network]);
  }
});

test("M07 fairway host ls says for how long a host is down, and when it was heard", async () => {
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  const gone = { ...samples.host, name: "node-2", state: "down" as const };
  const hosts = [
    { ...samples.host, lastHeard: ago(3_000) },
    { ...gone, stateSince: ago(2.5 * 3_600_000), lastHeard: ago(3 * 86_400_000) },
    { ...gone, stateSince: ago(125_000) },
  ];
  await using served = await serve({ hosts: { list: () => hosts } });
  const { out } = await at(served, "host ls");
  assert.match(out, /^node-1 +up +3 s ago /m);
  assert.match(out, /^node-2 +down for 2 h +3 d ago /m);
  assert.match(out, /^node-2 +down for 2 min +– /m);
});

test("O02 an empty list is its header", async () => {
  await using served = await serve({ hosts: { list: () => [] } });
  assert.equal((await at(served, "host ls")).out, "NAME  STATE  LAST HEARD  TUNNEL  ENDPOINTS  VERSIONS\n");
});

test("a name cannot steer the terminal", async () => {
  const name = "blue\u001b]0;owned\u0007\n";
  await using served = await serve({ networks: { list: () => [{ ...samples.network, name }] } });
  const { out } = await at(served, "network ls");
  assert.match(out, /^blue\?\]0;owned\?\? /m);
});

test("an unknown reference is an error with the near names, and the exit status 1", async () => {
  await using served = await serve();
  assert.deepEqual(await at(served, "network show bleu"), {
    status: 1,
    out: "",
    err: "fairway: no network 'bleu'; did you mean blue?\n",
  });
});

test("without a server it says that fairway is not running, and how to start it", async () => {
  const err =
    "fairway: not running: nobody listens on /nowhere/api.sock; " +
    'start it with "systemctl start fairway" or "fairway run"\n';
  const outcome = { status: 1, out: "", err };
  assert.deepEqual(await fairway(["status", "--socket", "/nowhere/api.sock"]), outcome);
});

test("a stack is printed only when FAIRWAY_DEBUG asks for it", async () => {
  const line = ["status", "--socket", "/nowhere/api.sock"];
  assert.doesNotMatch((await fairway(line)).err, /\n {4}at /);
  assert.match((await fairway(line, { environment: { FAIRWAY_DEBUG: "1" } })).err, /\n {4}at /);
});

const misuses: Readonly<Record<string, RegExp>> = {
  "netwrok ls": /^fairway: unknown command 'netwrok'\n\(Did you mean network\?\)\n$/,
  "network show": /^fairway: missing required argument 'network'\n$/,
  "status --verbos": /^fairway: unknown option '--verbos'\n/,
  "status -o toml": /^fairway: option '-o, --output <format>' argument 'toml' is invalid\. Allowed choices/,
  "host ls extra": /^fairway: too many arguments for 'ls'\./,
};

for (const [line, message] of Object.entries(misuses)) {
  test(`fairway ${line} was not understood: exit status 2`, async () => {
    const { status, out, err } = await fairway(line.split(" "));
    assert.deepEqual([status, out], [2, ""]);
    assert.match(err, message);
  });
}

test("fairway --version and --help succeed", async () => {
  assert.deepEqual(await fairway(["--version"]), { status: 0, out: `${packageJson.version}\n`, err: "" });
  const { status, out } = await fairway(["endpoint", "ls", "--help"]);
  assert.equal(status, 0);
  assert.match(out, /Example:\n {2}fairway endpoint ls --network blue --host node-2/);
});

test("fairway run hands over the configuration, and a signal that ends it", async () => {
  const seen: unknown[] = [];
  const run: Run = async ({ host, log }, signal) => void seen.push(host.name, log.level, signal.aborted);
  const environment = { FAIRWAY_HOST_NAME: "node-7", FAIRWAY_LOG_LEVEL: "debug" };
  assert.equal((await fairway(["run"], { environment, run })).status, 0);
  assert.deepEqual(seen, ["node-7", "debug", false]);
});

test("O01 every fault of the configuration is a line on standard error", async () => {
  const environment = { FAIRWAY_LOG_LEVEL: "loud", FAIRWAY_HOST_NAME: "a_b" };
  const { status, err } = await fairway(["run"], { environment });
  assert.equal(status, 1);
  assert.deepEqual(err.split("\n"), [
    'fairway: environment FAIRWAY_HOST_NAME: host.name must be one DNS label, e.g. node-1; it is "a_b"',
    'fairway: environment FAIRWAY_LOG_LEVEL: log.level must be one of "debug", "info", "warn", "error"; it is "loud"',
    "",
  ]);
});

test("O01 fairway config check prints every key, its value and who sets it", async () => {
  const environment = { FAIRWAY_HOST_NAME: "node-7" };
  const { status, out, err } = await fairway(["config", "check", "-c", "/dev/null"], { environment });
  assert.deepEqual([status, err], [0, ""]);
  assert.match(out, /^ok\n\nKEY +VALUE +FROM\nhost\.name +node-7 +environment FAIRWAY_HOST_NAME\n/);
  assert.match(out, /^log\.level +info +default$/m);
  const json = await fairway(["config", "check", "-c", "/dev/null", "-o", "json"], { environment });
  const { ok, settings } = JSON.parse(json.out);
  assert.equal(ok, true);
  assert.deepEqual(settings[0], {
    key: "host.name",
    value: "node-7",
    from: "environment FAIRWAY_HOST_NAME",
  });
});

test("O01 fairway config check prints every fault and fails", async () => {
  const environment = { FAIRWAY_LOG_LEVEL: "loud", FAIRWAY_HOST_NAME: "a_b" };
  const faults = [
    'environment FAIRWAY_HOST_NAME: host.name must be one DNS label, e.g. node-1; it is "a_b"',
    'environment FAIRWAY_LOG_LEVEL: log.level must be one of "debug", "info", "warn", "error"; it is "loud"',
  ];
  const args = ["config", "check", "-c", "/dev/null"];
  assert.deepEqual(await fairway(args, { environment }), {
    status: 1,
    out: `${faults.join("\n")}\n`,
    err: "",
  });
  const json = await fairway([...args, "-o", "json"], { environment });
  assert.deepEqual([json.status, JSON.parse(json.out)], [1, { ok: false, faults }]);
});

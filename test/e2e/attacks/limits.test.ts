import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { startFairway } from "../../../lab/fairway.ts";
import type { Host } from "../../../lab/host/host.ts";
import { Lab } from "../../../lab/lab.ts";
import { until } from "../../../lab/until.ts";
import { addressOf, createNetwork, intoNetwork, startContainer } from "../docker-network.ts";
import { hostDirectory } from "../joining.ts";
import { variant } from "../settings.ts";

describe(`who asks for more than there is, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    for (const name of ["loud", "web", "db"]) await startContainer(h1, name, "blue");
  });
  after(() => lab[Symbol.asyncDispose]());

  const curl = `curl --silent --output /dev/null --write-out '%{http_code}' --max-time 5 --cacert ${hostDirectory}/ca.pem \
    --cert ${hostDirectory}/cert.pem --key ${hostDirectory}/key.pem`;

  it("M08 a host's row does not grow by what it tells of itself, and its streams are counted", async () => {
    const { systemId } = JSON.parse(await h1.sh("fairway host show h2 -o json"));
    const versions = Object.fromEntries(
      Array.from({ length: 4_000 }, (_, at) => [`v${at}`, "1".repeat(200)]),
    );
    await writeFile(`${h2.rootPath}/tmp/facts.json`, JSON.stringify({ systemId, versions }));
    const put = `${curl} --request PUT --header 'Content-Type: application/json' --data-binary @/tmp/facts.json`;
    assert.match(await h2.sh(`${put} https://${h1.address}:6640/v1/hosts/h2`), /^4(00|13)$/);
    // The oldest end: a host that begins anew is not kept out by what it left open.
    const stream = `${curl.replace("--max-time 5", "--max-time 60")} https://${h1.address}:6640/v1/hosts/h2/state`;
    await using _streams = h2.spawn(["sh", "-c", `for _ in $(seq 40); do ${stream} & done; wait`]);
    const open = async () => Number(await h2.sh("pgrep --count --exact curl || true"));
    await until("all of them", async () => (await open()) > 8);
    await until("the oldest to end", async () => (await open()) <= 8);
    assert.ok((await open()) > 0, "the last are served");
    await until("h2 to be as before", async () =>
      /"state": "up"/.test(await h1.sh("fairway host show h2 -o json")),
    );
  });

  it("A06 a stranger's connections take the API from nobody, nor the Southbound", async () => {
    await using _flood = h2.spawn([
      "sh",
      "-c",
      `for port in 6640 6642; do for _ in $(seq 300); do socat -u TCP:${h1.address}:$port,ignoreeof - >/dev/null 2>&1 & done; done; touch /tmp/flooded; wait`,
    ]);
    // The kernel completes connections before the program sees them: those that wait in the listener's queue are not counted.
    const accepted = async () => {
      const [waiting = 0, established = 0] = (
        await h1.sh(
          `ss -Htan sport = 6640 | awk -v peer=${h2.address}: '$1 == "LISTEN" { w += $2 } $1 == "ESTAB" && index($5, peer) == 1 { n++ } END { print w + 0, n + 0 }'`,
        )
      )
        .split(" ")
        .map(Number);
      return established - waiting;
    };
    await until("the flood", async () => (await h2.sh("ls /tmp/flooded || true")) !== "");
    await until("its connections", async () => (await accepted()) > 20);
    const open = await accepted();
    assert.ok(open <= 80, `${open} connections of one address`);
    await startContainer(h2, "cache", "blue");
    await h1.sh("fairway status --wait");
  });

  it("M05 one container's flood of names takes nobody else's names away", async () => {
    const flood = `for at in $(seq 1500); do printf 'x%s.slow.example\\n' $at; done | xargs -P 200 -n 1 busybox nslookup`;
    await using _flood = h1.spawn([
      ...(await intoNetwork(h1, "loud")),
      "sh",
      "-c",
      `while :; do ${flood} 169.254.53.53 >/dev/null 2>&1; done`,
    ]);
    const program = fileURLToPath(new URL("../ask-name.ts", import.meta.url));
    const web = await addressOf(h1, "web");
    const asked = [...(await intoNetwork(h1, "db")), process.execPath, program, "169.254.53.53", "web", "A"];
    for (let turn = 0; turn < 10; turn++) {
      const { stdout } = await h1.run(asked, { timeoutMs: 10_000 });
      assert.deepEqual(JSON.parse(stdout).data, [web]);
    }
    assert.match(await h1.sh("fairway host ls"), /h1 +up/);
  });
});

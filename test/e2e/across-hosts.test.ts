import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  inspect,
  ping,
  removeAll,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";

const starts = 20;
/** What the lab's underlay carries, bytes, and what Geneve takes of it. */
const [underlay, overhead] = [1_500, 58];

describe(`containers across hosts, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
  });
  after(async () => {
    await removeAll(h2, ["db"], []);
    await removeAll(h1, ["web"], ["blue"]);
    await lab[Symbol.asyncDispose]();
  });

  it("M04 a start's first packet to an older container arrives, on its own host and on another one", async () => {
    const addresses = new Map([
      [h1, await addressOf(h1, "web")],
      [h2, await addressOf(h2, "db")],
    ]);
    for (const from of [h1, h2])
      for (const [to, address] of addresses) {
        const once = ["ping", "-c", "1", "-W", "2", address];
        let lost = 0;
        for (let start = 0; start < starts; start++) {
          const { code } = await from.run(
            ["docker", "run", "--rm", "--network", "blue", busyboxImage, ...once],
            { check: false },
          );
          if (code !== 0) lost++;
        }
        const bound = from === to ? 0 : 1;
        const untold = await from.sh(
          "grep -c 'may not reach the container at once' /var/log/fairway.log || true",
        );
        assert.equal(untold, "0", `${from.name} was not told of its containers' way`);
        assert.ok(lost <= bound, `${from.name} to ${to.name}: ${lost} of ${starts} first packets were lost`);
      }
  });

  it("M04 a stream of full-size packets crosses hosts, both ways", async () => {
    const largest = underlay - overhead - 28;
    for (const [server, container, client, other] of [
      [h1, "web", h2, "db"],
      [h2, "db", h1, "web"],
    ] as const) {
      const address = await addressOf(server, container);
      await ping(client, other, address);
      const full = ["ping", "-c", "1", "-W", "5", "-s", String(largest), address];
      await client.docker("exec", other, ...full);
      const serve =
        "mkdir /www; head -c 16777216 /dev/urandom >/www/data; httpd -p 5000 -h /www; md5sum </www/data";
      const sent = await server.docker("exec", container, "sh", "-c", serve);
      // From the container's namespace: busybox's wget crashes now and then.
      const pid = await inspect(client, other, "{{.State.Pid}}");
      const fetch = `nsenter -t ${pid} -n curl --silent --fail --max-time 60 http://${address}:5000/data | md5sum`;
      assert.equal(await client.sh(fetch), sent);
    }
  });
});

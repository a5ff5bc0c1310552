import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { startFairway } from "../../../lab/fairway.ts";
import { southboundPort } from "../../../lab/host/daemons.ts";
import type { Host } from "../../../lab/host/host.ts";
import { checkout, Lab } from "../../../lab/lab.ts";
import { until } from "../../../lab/until.ts";
import { createNetwork, hasNetwork, startContainer, startSpeaker } from "../docker-network.ts";
import { variant } from "../settings.ts";

/** A row of the table "What is open, and to whom". */
interface Row {
  readonly on: string;
  /** As the table says it, e.g. `tcp CENTER:6640`. */
  readonly ports: readonly string[];
  /** Paths of unix sockets. */
  readonly sockets: readonly string[];
}

function readTable(): readonly Row[] {
  const text = readFileSync(join(checkout, "docs/security.md"), "utf8");
  const table = /## What is open, and to whom\n\n\|.*\n\|.*\n((?:\|.*\n)+)/.exec(text)?.[1] ?? "";
  return table
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, , on = "", boundTo = ""] = line.split("|").map((cell) => cell.trim());
      const protocols = boundTo.match(/\b(TCP|UDP)\b/g) ?? [];
      const places = Array.from(boundTo.matchAll(/`([^`]+)`/g), ([, place = ""]) => place);
      assert.ok(places.length > 0, line);
      return {
        on,
        ports: places
          .filter((place) => !place.startsWith("/"))
          .flatMap((place) => protocols.map((protocol) => `${protocol.toLowerCase()} ${place}`)),
        sockets: places.filter((place) => place.startsWith("/")),
      };
    });
}

/** What the table's `PORT` and `RELAY` stand for on a host: a container's published ports, as `tcp ANY:8080`, and relays. */
type Publications = readonly string[];

/** The ports that these rows open on a host that publishes those. */
function portsOf(rows: readonly Row[], publications: Publications): readonly string[] {
  const known = rows.flatMap(({ ports }) => ports);
  const always = known.filter((port) => !/:(PORT|RELAY)$/.test(port));
  for (const publication of publications)
    assert.ok(known.includes(publication.replace(/ANY:\d+$/, "ANY:PORT")), `${publication} is in no row`);
  return [...always, ...publications].toSorted();
}

/** The ports that a host has open, in the table's words. */
async function openPorts(host: Host, center: Host): Promise<readonly string[]> {
  const listed = (await host.sh("ss -Hlntu")).split("\n").map((line) => {
    const [protocol = "", , , , address = ""] = line.split(/\s+/);
    const place = address
      .replace(/%fw-leg[0-9a-f]+:/, "%UPLINK:")
      .replace(/^[^%]+%UPLINK:53$/, "SERVER%UPLINK:53")
      .replace(/^(169\.254\.53\.53|\[fd66:.*\]):\d+$/, "$1:RELAY")
      .replace(/^(0\.0\.0\.0|\[::\]|\*):/, "ANY:")
      .replace(`${center.address}:`, "CENTER:");
    return `${protocol} ${place}`;
  });
  // The userspace datapath takes packets of tunnels before the kernel looks for a socket.
  const tunnels = await host.sh("ovs-appctl tnl/ports/show -v");
  const tunnelPorts = Array.from(tunnels.matchAll(/udp\(dst=(\d+)/g), ([, port]) => `udp ANY:${port}`);
  const all = new Set([...listed, ...tunnelPorts]);
  all.delete(`tcp ANY:${southboundPort}`);
  return [...all].toSorted();
}

async function assertOpen(host: Host, center: Host, expected: readonly string[]): Promise<void> {
  const agrees = async () => isDeepStrictEqual(await openPorts(host, center), expected);
  await until(`${host.name} to listen`, agrees, { timeoutMs: 15_000 }).catch(() => undefined);
  assert.deepEqual(await openPorts(host, center), expected, `${host.name} and docs/security.md`);
}

describe(`what listens on a host, and what docs/security.md says of it, ${variant}`, () => {
  const rows = readTable();
  const rowsOn = (...kinds: readonly string[]) => rows.filter(({ on }) => kinds.includes(on));
  const onEach = ["every host", "every host of a cluster"];

  it("A06 on a center and on a host that joined it everything listens that the table says, where it says, and nothing else", async () => {
    await using lab = await Lab.start({ hosts: 2, variant });
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64");
    await startSpeaker(h1, "web", "blue", "web", "-p", "8080:80", "-p", "5353:53/udp");
    await hasNetwork(h2, "blue");
    await startContainer(h2, "db", "blue");
    const published = ["tcp ANY:8080", "udp ANY:5353"];
    assert.deepEqual(rowsOn("the center", ...onEach), rows, "no row is of another kind");
    await assertOpen(h1, h1, portsOf(rows, published));
    await assertOpen(h2, h1, portsOf(rowsOn(...onEach), []));
    // Who connects must be allowed to write (unix(7)).
    for (const [host, shown] of [
      [h1, rows],
      [h2, rowsOn(...onEach)],
    ] as const)
      for (const socket of shown.flatMap(({ sockets }) => sockets))
        assert.match(
          await host.sh(`stat --format='%F %U %a' ${socket}`),
          /^socket root [67][0145]0$/,
          socket,
        );
  });

  it("A06 a machine without `fairway init` listens on the network for its own containers alone", async () => {
    await using lab = await Lab.start({ hosts: 1, variant });
    const h1 = lab.host("h1");
    await startFairway(lab);
    await createNetwork(h1, "blue");
    await startSpeaker(h1, "web", "blue", "web", "-p", "8080:80", "-p", "5353:53/udp");
    const published = ["tcp ANY:8080", "udp ANY:5353", "udp [fd66:6169:7277:6179::53]:RELAY"];
    await assertOpen(h1, h1, portsOf(rowsOn("every host"), published));
  });
});

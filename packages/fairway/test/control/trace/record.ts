/**
 * Records what ovn-trace prints of some packets, for `trace-text.test.ts`; once for each version of OVN:
 *
 *     lab/in-tree VARIANT node packages/fairway/test/control/trace/record.ts
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Packet } from "../../../src/center/traces/packet-tracer.ts";
import { microflow } from "../../../src/control/trace/microflow.ts";
import { ovnTrace } from "../../../src/host/ovn-trace/ovn-trace.ts";
import { command } from "../../../src/host/program.ts";
import { derive, routerMac } from "../../../src/identity.ts";
import { CenterWithNorthd } from "./northd.ts";

const [, version = "unknown"] = /ovn-trace (\d+\.\d+)/.exec(await command("ovn-trace", ["--version"])) ?? [];
const directory = join(import.meta.dirname, "recorded", version);
mkdirSync(directory, { recursive: true });
await using ovn = await CenterWithNorthd.start();
const { center } = ovn;
// Without what leads the gateway to the host: the rules of that fill pages.
const blue = await center.network("h1", "10.1.0.0/24", { more: { "host-access": "false" } });
const web = await center.endpoint("h1", blue, "10.1.0.2");
const db = await center.endpoint("h1", blue, "10.1.0.3");
await ovn.settled();
const names: Record<string, string> = {
  [web.uuid]: "web",
  [db.uuid]: "db",
  [blue.uuid]: "blue",
  [derive("router", blue.uuid)]: "router",
  [derive("transit", blue.uuid)]: "transit",
  [derive("leg", blue.uuid)]: "uplink",
};
const packet: Packet = {
  port: web.uuid,
  sourceMac: web.mac,
  source: web.ip,
  nextMac: db.mac,
  destination: db.ip,
  protocol: "tcp",
  destinationPort: 5432,
};
const byRouter = { ...packet, nextMac: routerMac(blue.uuid) };
for (const [name, asked] of Object.entries({
  "to-a-container": packet,
  "to-the-outside": { ...byRouter, destination: "203.0.113.9" },
  "to-the-gateway": { ...byRouter, destination: "10.1.0.1", protocol: "icmp", destinationPort: undefined },
  "to-nobody": { ...packet, nextMac: "02:00:00:00:00:01", destination: "10.1.0.9" },
  "as-a-dhcp-server": { ...packet, protocol: "udp", destinationPort: 68 },
  "not-a-packet": { ...packet, source: "10.1.0" },
} satisfies Record<string, Packet>)) {
  const text = await ovnTrace(center.server.remote, microflow(asked), new AbortController().signal);
  writeFileSync(
    join(directory, `${name}.txt`),
    `${Object.entries(names).reduce((all, [uuid, called]) => all.replaceAll(uuid, called), text)}\n`,
  );
}

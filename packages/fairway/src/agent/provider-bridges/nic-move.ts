import { setTimeout as sleep } from "node:timers/promises";
import { FairwayError, messageOf } from "../../errors.ts";
import type { Step } from "../../failpoints.ts";
import { ask, findLink, type Link, linkBody, refuse } from "../../host/netlink/link.ts";
import {
  addressText,
  gatewaysOf,
  isShared,
  type LinkConfiguration,
  moveConfiguration,
  readLinkConfiguration,
  validForSeconds,
} from "../../host/netlink/link-configuration.ts";
import { messageType } from "../../host/netlink/message.ts";
import type { Netlink } from "../../host/netlink/netlink.ts";
import { disableTransmitChecksumOffload } from "../../host/offload.ts";
import { vsctl } from "../../host/open-vswitch/removal.ts";
import type { Logger } from "../../logger.ts";
import { ownerKey, ownerOf } from "./marks.ts";
import {
  configurationOf,
  keptConfiguration,
  type NicRecord,
  readNicRecord,
  removeNicRecord,
  writeNicRecord,
} from "./nic-record.ts";
import { applySettings, readSettings, silence, unsilence } from "./nic-settings.ts";
import { answering, silentOf } from "./nic-witnesses.ts";

/** Who answered before must answer again within this time, or all is undone: within 30 s the host is what it was. */
const trialMs = 20_000;
const askEveryMs = 250;

export interface NicMoveParts {
  readonly netlink: Netlink;
  /** Of this host's Open vSwitch database. */
  readonly openvswitchSocket: string;
  /** The center as `HOST:PORT`; null where it is this machine. */
  readonly center: string | null;
  /** A step took effect: where tests let it fail. */
  readonly reached: (step: Step) => Promise<void>;
  readonly logger: Logger;
}

const nothing: LinkConfiguration = { addresses: [], routes: [], neighbours: [] };

/**
 * Does what the record of a NIC says is to be done: moves the addresses and routes of the host from the NIC to a bridge of ours, with the NIC
 * in it, and asks those who answered before whether they still do; or gives everything back. It may be repeated, wherever it ended.
 */
export async function moveNic(file: string, parts: NicMoveParts): Promise<void> {
  const record = await readNicRecord(file);
  if (record === undefined || record.state === "taken" || record.state === "undone") return;
  if (record.state === "returning") return giveBack(file, record, parts);
  try {
    await take(file, record, parts);
    parts.logger.info({ nic: record.nic, bridge: record.bridge }, "a NIC's addresses are its bridge's");
  } catch (error) {
    const reason = messageOf(error);
    parts.logger.error({ nic: record.nic, reason }, "a NIC's addresses stay where they were");
    await undo(file, reason, parts);
  }
}

/**
 * Gives a NIC what it had, removes its bridge, and forgets it. May be repeated.
 * @throws `unavailable` where Open vSwitch does not let go of the NIC; its addresses are back nevertheless.
 */
export async function giveBack(
  file: string,
  record: NicRecord,
  parts: Pick<NicMoveParts, "netlink" | "openvswitchSocket" | "reached">,
): Promise<void> {
  await restore(record, parts);
  await parts.reached("nic-returned");
  await removeNicRecord(file);
}

async function take(file: string, first: NicRecord, parts: NicMoveParts): Promise<void> {
  const { netlink, openvswitchSocket, reached } = parts;
  const { nic, bridge, physicalNetwork, datapathType } = first;
  const link = await findLink(netlink, nic);
  if (link === undefined) throw new FairwayError("not_found", `this host has no interface ${nic}`);
  const record = first.state === "moving" ? first : await beginning(first, link, parts);
  const { deadline, asked } = record;
  if (deadline === null || asked === null || Date.now() > deadline)
    throw new FairwayError("unavailable", "it was interrupted, and not over in time");
  await writeNicRecord(file, record);
  await reached("nic-recorded");
  const owner = `external_ids:${ownerKey}="${ownerOf(physicalNetwork)}"`;
  const hardware = `other_config:hwaddr="${link.mac}"`;
  const steps = [
    ["--may-exist", "add-br", bridge],
    ["set", "Bridge", bridge, `datapath_type="${datapathType}"`, owner, hardware],
    ["--may-exist", "add-port", bridge, nic],
    ["set", "Port", nic, owner],
    ["set", "Port", bridge, owner],
  ];
  await vsctl(openvswitchSocket, ...steps.flatMap((step) => ["--", ...step]));
  await reached("nic-bridged");
  const port = await findLink(netlink, bridge);
  if (port === undefined) throw new FairwayError("unavailable", `Open vSwitch made no interface ${bridge}`);
  if (datapathType === "netdev") await disableTransmitChecksumOffload(bridge);
  applySettings(bridge, record.settings);
  await setUp(netlink, port);
  await setUp(netlink, link);
  await moveConfiguration(netlink, configurationOf(record), {
    from: link.index,
    to: port,
  });
  await silence(nic, bridge, datapathType);
  await reached("nic-moved");
  for (;;) {
    const silent = await silentOf(port, asked);
    if (silent === undefined) break;
    if (Date.now() > deadline)
      throw new FairwayError("unavailable", `by the bridge, ${silent} did not answer any more`);
    await sleep(askEveryMs);
  }
  await writeNicRecord(file, { ...record, state: "taken", deadline: null });
  await reached("nic-checked");
}

/** What there is to move, and who answers now. @throws `conflict` where it cannot be moved; nothing is changed yet. */
async function beginning(
  record: NicRecord,
  link: Link,
  { netlink, center }: NicMoveParts,
): Promise<NicRecord> {
  const { nic, bridge } = record;
  const port = await findLink(netlink, bridge);
  const had = await readLinkConfiguration(netlink, link.index);
  const moved = port === undefined ? nothing : await readLinkConfiguration(netlink, port.index);
  const all = joined(had, moved);
  const leased = had.addresses.find((body) => body[0] === 2 && validForSeconds(body) !== undefined);
  if (leased !== undefined)
    throw new FairwayError(
      "conflict",
      `address ${addressText(leased)} of ${nic} comes from DHCP and ends in ${validForSeconds(leased)} s; give the host that address for ` +
        "good in its own configuration, or give it by DHCP to a bridge of Open vSwitch with the interface in it",
    );
  if (had.routes.some(isShared))
    throw new FairwayError(
      "conflict",
      `a route of ${nic} leads by several interfaces or by a next hop object; Fairway moves plain routes alone`,
    );
  const gateways = [...gatewaysOf(all.routes)];
  const asked = await answering(link, { gateways, center });
  if (gateways.length > 0 && asked.gateways.length === 0)
    throw new FairwayError(
      "unavailable",
      `the gateway ${gateways.join(", ")} does not answer on ${nic}: nobody could tell whether the host is still reached`,
    );
  const kept = all.addresses.length > 0 ? keptConfiguration(all) : record.had;
  return {
    ...record,
    state: "moving",
    deadline: Date.now() + trialMs,
    asked,
    had: kept,
    addresses: all.addresses.length > 0 ? all.addresses.map(addressText) : [...record.addresses],
    settings: { ...readSettings(nic), ...record.settings },
  };
}

async function undo(file: string, reason: string, parts: NicMoveParts): Promise<void> {
  const record = await readNicRecord(file);
  if (record === undefined) return;
  if (record.state !== "wanted") await restore(record, parts);
  await writeNicRecord(file, { ...record, state: "undone", reason, deadline: null });
}

/** The NIC has what it had, and what the bridge got since. */
async function restore(
  record: NicRecord,
  { netlink, openvswitchSocket }: Pick<NicMoveParts, "netlink" | "openvswitchSocket">,
): Promise<void> {
  const { nic, bridge, datapathType, settings } = record;
  const [link, port] = [await findLink(netlink, nic), await findLink(netlink, bridge)];
  if (link !== undefined) {
    await unsilence(bridge, datapathType);
    applySettings(nic, settings);
    await setUp(netlink, link);
    const moved = port === undefined ? nothing : await readLinkConfiguration(netlink, port.index);
    // What the NIC had itself has its label.
    await moveConfiguration(netlink, joined(configurationOf(record), moved), {
      ...(port !== undefined && { from: port.index }),
      to: link,
    });
  }
  await vsctl(openvswitchSocket, "--if-exists", "del-br", bridge);
}

function joined(one: LinkConfiguration, other: LinkConfiguration): LinkConfiguration {
  return {
    addresses: [...one.addresses, ...other.addresses],
    routes: [...one.routes, ...other.routes],
    neighbours: [...one.neighbours, ...other.neighbours],
  };
}

async function setUp(netlink: Netlink, { index, name, up }: Link): Promise<void> {
  if (up) return;
  const [set] = await ask(netlink, [{ type: messageType.setLink, body: linkBody([], { index, up: true }) }]);
  refuse(set, `set up ${name}`);
}

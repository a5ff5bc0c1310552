import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { FairwayError } from "../errors.ts";
import { hostName } from "../fields.ts";
import { readIfThere, writePublicly } from "../host/files.ts";
import { type ChassisSettings, missingSettings } from "./open-vswitch.ts";

/** Open vSwitch's own script gives this id at every boot. */
const systemIdFile = "/etc/openvswitch/system-id.conf";

/** What this machine's Open vSwitch says already. */
export type Present = Readonly<Record<string, string>>;

export interface ChassisWish {
  /** OVN's Southbound. */
  readonly remote: string;
  readonly address: string;
  readonly encapsulation: string;
  /** As `checkDatapath` gives it. */
  readonly datapath: ChassisSettings;
}

/**
 * What must be set in Open vSwitch for this machine to be a chassis of OVN's. What an administrator set stays.
 * Throws `conflict` where that is in the way.
 */
export function planChassis(
  present: Present,
  { remote, address, encapsulation, datapath }: ChassisWish,
): ChassisSettings {
  const missing = missingSettings(present, {
    "ovn-remote": remote,
    "ovn-encap-type": encapsulation,
    "ovn-encap-ip": address,
  });
  return { ...missing, ...datapath };
}

/** The id by which OVN knows this machine, and what must be set where it has none yet. */
export async function findSystemId(
  present: Present,
): Promise<{ systemId: string; settings: ChassisSettings }> {
  const known = present["system-id"];
  if (known !== undefined) return { systemId: known, settings: {} };
  const kept = (await readIfThere(systemIdFile))?.trim();
  const systemId = kept || randomUUID();
  if (!kept) await writePublicly(systemIdFile, `${systemId}\n`);
  return { systemId, settings: { "system-id": systemId } };
}

/** Throws `invalid` for what cannot be a host's name. */
export function checkedName(name: string): string {
  if (hostName.safeParse(name).success) return name;
  throw new FairwayError(
    "invalid",
    `"${name}" cannot be a host's name: it must be one DNS label, e.g. node-1; say which by --name`,
  );
}

/** Throws `invalid` for an address that this machine does not have. */
export function checkOwnAddress(address: string): void {
  const own = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal }) => !internal)
    .map((each) => each.address);
  if (own.includes(address)) return;
  throw new FairwayError(
    "invalid",
    `no link of this machine has the address ${address}; it has ${own.join(", ") || "none"}: say which by --address`,
  );
}

/** The address from which this machine would reach others. Throws `invalid` where it has no way out. */
export async function outgoingAddress(): Promise<string> {
  const socket = createSocket("udp4");
  try {
    // A datagram socket is connected without a packet; the kernel only chooses the way (udp(7)).
    socket.connect(9, "192.0.2.1");
    await once(socket, "connect");
    return socket.address().address;
  } catch (cause) {
    throw new FairwayError(
      "invalid",
      "this machine has no default route by which to tell its own address; say which one other hosts reach it by: --address",
      { cause },
    );
  } finally {
    socket.close();
  }
}

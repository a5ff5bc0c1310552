import { rm } from "node:fs/promises";
import type { Netlink } from "../../host/netlink/netlink.ts";
import { giveBack } from "./nic-move.ts";
import { nicFile, nicRecordsIn, readNicRecords, removeNicRecord } from "./nic-record.ts";

/**
 * Every NIC of this host has the addresses again that a bridge of ours took from it. The agent must have ended. May be repeated.
 * @param stateFile of the agent. @throws `unavailable` where Open vSwitch does not let go of a NIC.
 */
export async function giveBackNics({
  netlink,
  openvswitchSocket,
  stateFile,
}: {
  readonly netlink: Netlink;
  readonly openvswitchSocket: string;
  readonly stateFile: string;
}): Promise<void> {
  const directory = nicRecordsIn(stateFile);
  for (const record of await readNicRecords(directory, () => undefined)) {
    const file = nicFile(directory, record.nic);
    if (record.state === "undone" || record.state === "wanted") await removeNicRecord(file);
    else await giveBack(file, record, { netlink, openvswitchSocket, reached: async () => undefined });
  }
  await rm(directory, { recursive: true, force: true });
}

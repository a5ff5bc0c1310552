import { rm } from "node:fs/promises";
import { moveNic } from "./agent/provider-bridges/nic-move.ts";
import { nicPidFile } from "./agent/provider-bridges/nic-record.ts";
import { giveBackNics } from "./agent/provider-bridges/nic-return.ts";
import { targetOf } from "./api/connection.ts";
import { LevelledLogger } from "./config/logger.ts";
import type { Config } from "./config/schema.ts";
import { armedFailpoints } from "./failpoints.ts";
import { writePrivately } from "./host/files.ts";
import { Netlink } from "./host/netlink/netlink.ts";

/** However it goes, a NIC has its addresses by then. */
const boundMs = 25_000;

/** `fairway move-nic FILE`: does what the record of a NIC says, beside the agent that wrote it. */
export async function runMoveNic(config: Config, file: string): Promise<void> {
  const pidFile = nicPidFile(file);
  await writePrivately(pidFile, `${process.pid}\n`);
  using netlink = new Netlink();
  const failpoints = armedFailpoints(process.env);
  const signal = AbortSignal.timeout(boundMs);
  try {
    await moveNic(file, {
      netlink,
      openvswitchSocket: config.openvswitch.socket,
      center: centerPlace(targetOf(config.api).target),
      reached: async (step) => failpoints?.reached(step, signal),
      logger: LevelledLogger.create(config.log).child({ part: "nic" }),
    });
  } finally {
    await rm(pidFile, { force: true });
  }
}

/** `fairway move-nic`: each NIC has its addresses again, before the program goes that could do it. */
export async function giveNicsBack(config: Config): Promise<void> {
  using netlink = new Netlink();
  await giveBackNics({
    netlink,
    openvswitchSocket: config.openvswitch.socket,
    stateFile: config.host.state,
  });
}

/** Where the center is, as `HOST:PORT`; null where it is this machine. */
function centerPlace(target: string): string | null {
  if (target.startsWith("unix:")) return null;
  return new URL(target.includes("://") ? target : `https://${target}`).host;
}

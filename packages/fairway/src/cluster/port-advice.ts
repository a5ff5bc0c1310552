import { neededPorts, shutPorts } from "../agent/firewall/needed-ports.ts";
import { openOpenVSwitch, tunnelEnds } from "../host/open-vswitch/open-vswitch.ts";
import { silent } from "../logger.ts";

interface ReachedHost {
  /** Of Open vSwitch's database. */
  readonly socket: string;
  /** At which other hosts reach this one. */
  readonly address: string;
  /** Of the API where this machine is a center, else none. */
  readonly apiPorts: readonly number[];
}

const answerBoundMs = 10_000;

/** What a person must do so that this machine's own firewall lets other hosts in; nothing where it does. */
export async function adviseOnPorts({ socket, address, apiPorts }: ReachedHost): Promise<readonly string[]> {
  await using openVSwitch = openOpenVSwitch(socket, silent);
  const { replica } = openVSwitch;
  await replica.synced(AbortSignal.timeout(answerBoundMs));
  const ports = neededPorts(replica, apiPorts);
  const shut = await shutPorts({ address, ports, peers: tunnelEnds(replica) });
  return shut === undefined ? [] : [`${shut.seen}. Open it:`, `  ${shut.mend}`];
}

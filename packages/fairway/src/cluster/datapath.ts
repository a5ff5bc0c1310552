import { FairwayError } from "../errors.ts";
import { openOpenVSwitch } from "../host/open-vswitch/open-vswitch.ts";
import { linkWith, moveToBridgeLine, userspaceLinks } from "../host/open-vswitch/userspace-bridge.ts";
import { silent } from "../logger.ts";
import type { Present } from "./chassis.ts";
import { type ChassisSettings, hasKernelDatapath, missingSettings } from "./open-vswitch.ts";

/** Who forwards packets. */
export const datapaths = ["kernel", "userspace"] as const;
export type Datapath = (typeof datapaths)[number];

/** How Open vSwitch calls them (ovs-vswitchd.conf.db(5)). */
const types = { kernel: "system", userspace: "netdev" } as const satisfies Record<Datapath, string>;

const setting = "ovn-bridge-datapath-type";
const answerBoundMs = 10_000;

interface DatapathWish {
  /** Of Open vSwitch's database. */
  readonly socket: string;
  /** Of this host's tunnels. */
  readonly address: string;
  /** What a person asked for; absent: the kernel where it can. */
  readonly asked: Datapath | undefined;
}

/**
 * What must be set in Open vSwitch so that packets between hosts are forwarded.
 * @throws `unsupported` where nobody could forward them as things are, with what mends it; `conflict` where what was asked is set otherwise.
 */
export async function checkDatapath(
  present: Present,
  { socket, address, asked }: DatapathWish,
): Promise<ChassisSettings> {
  if (asked === "userspace") return missingSettings(present, { [setting]: types.userspace });
  if (asked === "kernel") {
    if (present[setting] !== undefined) missingSettings(present, { [setting]: types.kernel });
    if (await hasKernelDatapath()) return {};
    throw new FairwayError(
      "unsupported",
      "the kernel of this machine has not loaded the module openvswitch; `modprobe openvswitch` says why",
    );
  }
  const isSet = present[setting] !== undefined;
  const isUserspace = isSet ? present[setting] === types.userspace : !(await hasKernelDatapath());
  if (!isUserspace) return {};
  await checkLink(socket, address);
  return isSet ? {} : { [setting]: types.userspace };
}

async function checkLink(socket: string, address: string): Promise<void> {
  const link = linkWith(address);
  await using openVSwitch = openOpenVSwitch(socket, silent);
  await openVSwitch.replica.synced(AbortSignal.timeout(answerBoundMs));
  if (link === undefined || userspaceLinks(openVSwitch.replica).has(link)) return;
  throw new FairwayError(
    "unsupported",
    `Open vSwitch would forward packets in its own process here, for the kernel has no module openvswitch or ${setting} is netdev; ` +
      `then no packet reaches another host by ${address}, which is on ${link} and not on a bridge of Open vSwitch\n` +
      "Do one of these, and run the same line again:\n" +
      "- load the module: modprobe openvswitch, and if it is set: ovs-vsctl remove open_vswitch . external_ids " +
      `${setting}\n` +
      `- or move the addresses of ${link} to a bridge; type this on the console, for the network is away in between, and write it into the ` +
      `machine's network configuration, too (docs/requirements.md):\n  ${await moveToBridgeLine(link)}\n` +
      "- or stay a single host that reaches no other: add --datapath userspace",
  );
}

import { FairwayError } from "../../errors.ts";
import type { Netlink } from "../netlink.ts";
import { encodeAttributes, messageFlag } from "../netlink-message.ts";

/** Of rtnetlink(7): RTM_NEWADDR, `struct ifaddrmsg`, its attributes. */
const newAddress = 20;
const attribute = { address: 1, local: 2 } as const;
const AF_INET = 2;
const RT_SCOPE_HOST = 254;

/** The loopback interface is every network namespace's first. */
const loopback = 1;

/** Gives this host an IPv4 address of its own, on no link: packets to it end here, whichever leg they come by. */
export async function keepHostAddress(netlink: Netlink, address: string): Promise<void> {
  const header = Buffer.from([AF_INET, 32, 0, RT_SCOPE_HOST, loopback, 0, 0, 0]);
  const bytes = Buffer.from(address.split(".").map(Number));
  const body = Buffer.concat([
    header,
    encodeAttributes([
      [attribute.local, bytes],
      [attribute.address, bytes],
    ]),
  ]);
  const flags = messageFlag.create | messageFlag.exclusive;
  const [answer] = await netlink.exchange([{ type: newAddress, flags, body }]);
  if (answer?.error === undefined || answer.error.code === "EEXIST") return;
  throw new FairwayError(
    "unavailable",
    `Address ${address} was not given to this host: ${answer.error.text}`,
  );
}

import { FairwayError } from "../errors.ts";
import { type Family, familyOf } from "../ip.ts";
import type { Netlink } from "./netlink.ts";
import { addressFamily, ipBytes } from "./netlink-address.ts";
import { encodeAttributes, messageFlag } from "./netlink-message.ts";

/** Of rtnetlink(7): RTM_NEWADDR, `struct ifaddrmsg`, its attributes and flags (linux/if_addr.h). */
const newAddress = 20;
const attribute = { address: 1, local: 2, lifetimes: 6 } as const;
const noDuplicateDetection = 0x02;
const scope = { 4: 254, 6: 0 } as const satisfies Record<Family, number>;

/** `struct ifa_cacheinfo`: never preferred, so that the host sends nothing from it by itself, and valid for ever. */
const lifetimes = Buffer.from([0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);

/** The loopback interface is every network namespace's first. */
const loopback = 1;

/**
 * Gives this host an address of its own, on no link: packets to it end here, whichever interface they come by.
 * @throws `unavailable` with the kernel's words.
 */
export async function keepHostAddress(netlink: Netlink, address: string): Promise<void> {
  const family = familyOf(address);
  const header = Buffer.from([
    addressFamily[family],
    family === 4 ? 32 : 128,
    noDuplicateDetection,
    scope[family],
    loopback,
    0,
    0,
    0,
  ]);
  const bytes = ipBytes(address);
  const body = Buffer.concat([
    header,
    encodeAttributes([
      [attribute.local, bytes],
      [attribute.address, bytes],
      ...(family === 6 ? [[attribute.lifetimes, lifetimes] as const] : []),
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

import { FairwayError } from "../../errors.ts";
import { type Family, familyOf } from "../../ip.ts";
import { addressFamily, ipBytes } from "./address.ts";
import { encodeAttributes, messageFlag } from "./message.ts";
import type { Netlink } from "./netlink.ts";

/** Of rtnetlink(7): RTM_NEWADDR and RTM_DELADDR, `struct ifaddrmsg`, its attributes and flags (linux/if_addr.h). */
const messageType = { newAddress: 20, delAddress: 21 } as const;
const attribute = { address: 1, local: 2, lifetimes: 6 } as const;
const noDuplicateDetection = 0x02;
const scope = { 4: 254, 6: 0 } as const satisfies Record<Family, number>;

/** `struct ifa_cacheinfo`: never preferred, so that the host sends nothing from it by itself, and valid for ever. */
const lifetimes = Buffer.from([0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);

/** The loopback interface is every network namespace's first. */
const loopback = 1;

/** What the kernel says of an address that is not there, and of a family that it lacks. */
const isGone: ReadonlySet<string> = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "ENOTSUP"]);

/**
 * Gives this host an address of its own, on no link: packets to it end here, whichever interface they come by.
 * @throws `unavailable` with the kernel's words.
 */
export async function keepHostAddress(netlink: Netlink, address: string): Promise<void> {
  const flags = messageFlag.create | messageFlag.exclusive;
  const body = addressBody(address);
  const [answer] = await netlink.exchange([{ type: messageType.newAddress, flags, body }]);
  if (answer?.error === undefined || answer.error.code === "EEXIST") return;
  throw new FairwayError(
    "unavailable",
    `Address ${address} was not given to this host: ${answer.error.text}`,
  );
}

/**
 * Undoes `keepHostAddress`; an address that is not there is no error, nor is a kernel without its family.
 * @throws `unavailable` with the kernel's words.
 */
export async function dropHostAddress(netlink: Netlink, address: string): Promise<void> {
  const [answer] = await netlink.exchange([{ type: messageType.delAddress, body: addressBody(address) }]);
  if (answer?.error === undefined || isGone.has(answer.error.code)) return;
  throw new FairwayError(
    "unavailable",
    `Address ${address} was not taken from this host: ${answer.error.text}`,
  );
}

function addressBody(address: string): Buffer {
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
  return Buffer.concat([
    header,
    encodeAttributes([
      [attribute.local, bytes],
      [attribute.address, bytes],
      ...(family === 6 ? [[attribute.lifetimes, lifetimes] as const] : []),
    ]),
  ]);
}

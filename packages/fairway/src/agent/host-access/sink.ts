import { closeSync, constants, openSync, readSync } from "node:fs";
import { FairwayError } from "../../errors.ts";
import { ioctlOnBytes, lastError } from "../../host/libc.ts";
import { type Family, formatIp } from "../../ip.ts";
import { sinkName } from "../ports/interface-names.ts";

const device = "/dev/net/tun";
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
/** `struct ifreq`: the name, then the flags. */
const requestLength = 40;
const nameLength = 16;

/** Longer than any packet's headers; of the rest nothing is of interest. */
const readLength = 128;
/** At most so many packets are looked at in one turn of the event loop. */
const mostAtOnce = 64;

/** Where the destination stands in a packet (RFC 791 §3.1, RFC 8200 §3). */
const destination = { 4: [16, 20], 6: [24, 40] } as const satisfies Record<Family, readonly [number, number]>;

/**
 * A link behind which nobody is: what the host sends by it ends here, and tells whom somebody wants to reach. It goes with this
 * process, and its routes with it (Linux's Documentation/networking/tuntap.rst).
 */
export class Sink implements Disposable {
  readonly #fd: number;
  readonly #packet = Buffer.alloc(readLength);

  /** @throws `unsupported` where the kernel makes no such link. */
  constructor() {
    try {
      this.#fd = openSync(device, constants.O_RDWR | constants.O_NONBLOCK);
    } catch (cause) {
      throw new FairwayError("unsupported", `${device} cannot be opened`, { cause });
    }
    const request = Buffer.alloc(requestLength);
    request.write(sinkName, "ascii");
    request.writeUInt16LE(IFF_TUN | IFF_NO_PI, nameLength);
    if (ioctlOnBytes(this.#fd, TUNSETIFF, request) === 0) return;
    const reason = lastError();
    closeSync(this.#fd);
    throw new FairwayError("unsupported", `The kernel made no link ${sinkName}: ${reason}`);
  }

  /** Whom the packets were for that were sent since the last call. */
  destinations(): ReadonlySet<string> {
    const found = new Set<string>();
    for (let count = 0; count < mostAtOnce; count++) {
      const length = this.#read();
      if (length === undefined) break;
      const version = (this.#packet[0] ?? 0) >> 4;
      if (version !== 4 && version !== 6) continue;
      const [first, end] = destination[version];
      if (length < end) continue;
      found.add(formatIp(version, BigInt(`0x${this.#packet.toString("hex", first, end)}`)));
    }
    return found;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  /** The length of the next packet; undefined where there is none. */
  #read(): number | undefined {
    try {
      return readSync(this.#fd, this.#packet);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
      throw error;
    }
  }
}

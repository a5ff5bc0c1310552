import { close, connect, lastError, send, socket } from "./host/libc.ts";
import type { Logger } from "./logger.ts";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;

/**
 * Tells the service manager, where one wants to know, that the start is done (sd_notify(3)): what it starts afterwards
 * finds the driver there. Node has no datagrams to a socket in the file system.
 * @param address of `NOTIFY_SOCKET`: a path, or a name of the abstract namespace behind `@`
 */
export async function notifyReady(address: string | undefined, logger: Logger): Promise<void> {
  if (address === undefined) return;
  const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  try {
    const name = Buffer.from(`\0\0${address.replace(/^@/, "\0")}`);
    name.writeUInt16LE(AF_UNIX, 0);
    if (connect(fd, name, name.length) !== 0) {
      logger.warn({ address, error: lastError() }, "the service manager takes no message");
      return;
    }
    const message = Buffer.from("READY=1");
    await send(fd, message, message.length, 0);
  } finally {
    close(fd);
  }
}

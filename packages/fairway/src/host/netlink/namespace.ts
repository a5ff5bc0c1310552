import { closeSync, openSync } from "node:fs";
import { readdir, readlink } from "node:fs/promises";
import { FairwayError } from "../../errors.ts";
import { lastError, setns } from "../libc.ts";
import { decodeAttributes, encodeAttributes, messageType } from "./message.ts";
import { Netlink } from "./netlink.ts";

const CLONE_NEWNET = 0x4000_0000;

/** Attributes of a namespace's id (linux/net_namespace.h). */
const attribute = { id: 1, fd: 3 } as const;
/** `struct rtgenmsg`, aligned. */
const headerLength = 4;

/**
 * A netlink socket in another network namespace of this machine.
 * @param id as `netlink`'s own namespace counts it.
 * @throws `not_found` where no process is in that namespace.
 */
export function openNetlinkIn(netlink: Netlink, id: number): Promise<Netlink> {
  return makeIn(netlink, id, () => new Netlink());
}

/**
 * Makes something in another network namespace of this machine.
 * @param id as `netlink`'s own namespace counts it. @param make must not wait: until it returns, all that this thread does happens there.
 * @param paths by which namespaces were found before, by id: where it is still there, no other is looked at.
 * @throws `not_found` where no process is in that namespace.
 */
export async function makeIn<T>(
  netlink: Netlink,
  id: number,
  make: () => T,
  paths: Map<number, string> = new Map(),
): Promise<T> {
  for await (const path of candidates(paths.get(id))) {
    const fd = open(path);
    if (fd === undefined) continue;
    try {
      if ((await idOf(netlink, fd)) !== id) continue;
      paths.set(id, path);
      return inNamespace(fd, make);
    } finally {
      closeSync(fd);
    }
  }
  paths.delete(id);
  throw new FairwayError("not_found", "No process has the network namespace of the container's end");
}

/**
 * A netlink socket in the network namespace of a file: `/run/netns/NAME`, or `/proc/PID/ns/net`.
 * @throws `not_found` where there is no such file, `unsupported` where it is no namespace.
 */
export function openNetlinkAt(path: string): Netlink {
  const fd = openNamespace(path);
  try {
    return inNamespace(fd, () => new Netlink());
  } finally {
    closeSync(fd);
  }
}

/**
 * A file descriptor of a network namespace, to be closed by the caller.
 * @throws `not_found` where there is no such file.
 */
export function openNamespace(path: string): number {
  const fd = open(path);
  if (fd === undefined) throw new FairwayError("not_found", `there is no network namespace ${path}`);
  return fd;
}

async function* candidates(first: string | undefined): AsyncGenerator<string, void> {
  if (first !== undefined) yield first;
  yield* await namespaces();
}

/** Of every network namespace that some process is in, one path. */
async function namespaces(): Promise<Iterable<string>> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    processes.map(async (process) => {
      const path = `/proc/${process}/ns/net`;
      // It has ended meanwhile, or is a zombie.
      return [await readlink(path).catch(() => undefined), path] as const;
    }),
  );
  const byNamespace = new Map(found);
  byNamespace.delete(undefined);
  return byNamespace.values();
}

function open(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined;
  }
}

/** -1 where that namespace has none. */
async function idOf(netlink: Netlink, fd: number): Promise<number | undefined> {
  const body = Buffer.concat([Buffer.alloc(headerLength), encodeAttributes([[attribute.fd, fd]])]);
  const [answer] = await netlink.exchange([{ type: messageType.getNamespaceId, body }]);
  const [first] = answer?.bodies ?? [];
  return first && decodeAttributes(first.subarray(headerLength)).get(attribute.id)?.readInt32LE(0);
}

/**
 * Does something in another network namespace.
 * @param fd of the namespace. @param work must not wait: until it returns, all that this thread does happens there.
 * @throws `unsupported` where it cannot be entered.
 */
export function inNamespace<T>(fd: number, work: () => T): T {
  const home = openSync("/proc/thread-self/ns/net", "r");
  try {
    if (setns(fd, CLONE_NEWNET) !== 0)
      throw new FairwayError("unsupported", `Could not enter a network namespace: ${lastError()}`);
    try {
      return work();
    } finally {
      // Whatever came after would happen to the container's network.
      if (setns(home, CLONE_NEWNET) !== 0) process.abort();
    }
  } finally {
    closeSync(home);
  }
}

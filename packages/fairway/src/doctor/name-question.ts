import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { closeSync, openSync } from "node:fs";
import { decode, encode, RECURSION_DESIRED } from "dns-packet";
import { FairwayError, messageOf } from "../errors.ts";
import { lastError, socket as openSocket } from "../host/libc.ts";
import { addressFamily } from "../host/netlink/address.ts";
import { inNamespace } from "../host/netlink/namespace.ts";
import { silent } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";

const SOCK_DGRAM_CLOEXEC_NONBLOCK = 0x80802;

/** A check has 5 s, and asks Docker's engine and the center before. */
const answerMs = 2_000;

export interface NameQuestion {
  readonly server: string;
  readonly name: string;
  /** A process of the container that asks; absent: this host asks. */
  readonly pid?: number | undefined;
}

/** What a server said; undefined: nothing. */
export type NameAnswer = { readonly rcode: number; readonly addresses: readonly string[] } | undefined;

/** Asks a name server for the IPv4 addresses of a name, as a container would. @throws `unavailable` where it cannot ask there. */
export async function askName({ server, name, pid }: NameQuestion): Promise<NameAnswer> {
  const id = randomInt(0x10000);
  const isFour = !server.includes(":");
  const { promise, resolve } = Promise.withResolvers<NameAnswer>();
  const socket = createSocket(isFour ? "udp4" : "udp6");
  const timer = setTimeout(() => resolve(undefined), answerMs);
  try {
    socket
      .on("error", () => resolve(undefined))
      .on(
        "message",
        guarded("read a name server's answer", silent, (bytes: Buffer) => {
          const answer = readAnswer(id, bytes);
          if (answer !== undefined) resolve(answer);
        }),
      );
    if (pid !== undefined) socket.bind({ fd: descriptorIn(pid, addressFamily[isFour ? 4 : 6]) });
    const questions = [{ name, type: "A" as const }];
    socket.send(encode({ type: "query", id, flags: RECURSION_DESIRED, questions }), 53, server);
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

/** Whether a server did its work: the name exists, or it says that it does not (RFC 2308 §2). */
export function isAnswered(answer: NameAnswer): boolean {
  return answer !== undefined && [0, 3].includes(answer.rcode);
}

function readAnswer(id: number, bytes: Buffer): NameAnswer {
  try {
    const { id: answered, flags = 0, answers = [] } = decode(bytes);
    if (answered !== id) return undefined;
    const addresses = answers.flatMap((answer) => (answer.type === "A" ? [answer.data] : []));
    return { rcode: flags & 0xf, addresses };
  } catch {
    return undefined;
  }
}

/** A socket in the network namespace of a process. */
function descriptorIn(pid: number, family: number): number {
  let namespace: number;
  try {
    namespace = openSync(`/proc/${pid}/ns/net`, "r");
  } catch (cause) {
    throw new FairwayError("unavailable", `process ${pid} of a container is not there: ${messageOf(cause)}`, {
      cause,
    });
  }
  try {
    const fd = inNamespace(namespace, () => openSocket(family, SOCK_DGRAM_CLOEXEC_NONBLOCK, 0));
    if (fd >= 0) return fd;
    throw new FairwayError("unavailable", `no socket in the container's network: ${lastError()}`);
  } finally {
    closeSync(namespace);
  }
}

import { getSystemErrorName } from "node:util";
import { FairwayError } from "../../errors.ts";
import { close, lastError, receive, receiveHere, send, setsockopt, socket } from "../libc.ts";
import {
  decodeAttributes,
  decodeMessages,
  decodeText,
  encodeMessage,
  messageFlag,
  messageType,
  type NetlinkMessage,
} from "./message.ts";

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 0x80003;
const families = { route: 0, netfilter: 12 } as const;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const MSG_DONTWAIT = 0x40;
const NLM_F_ACK_TLVS = 0x200;
const NLMSGERR_ATTR_MSG = 1;

/** What the kernel answered to one request. */
export interface Answer {
  /** The bodies that it sent before the end. */
  readonly bodies: readonly Buffer[];
  /** E.g. `ENODEV` with the kernel's own words where it has some. */
  readonly error?: { readonly code: string; readonly text: string };
}

export interface Request {
  readonly type: number;
  readonly flags?: number;
  readonly body: Buffer;
}

/**
 * A netlink socket, of routes and links (rtnetlink(7)) as a rule, in the network namespace in which it was opened. The kernel works through a request while
 * `send` runs and has answered when it returns, so nothing here waits for a message that may not come.
 */
export class Netlink implements Disposable {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(64 * 1024);
  #sequence = 0;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @throws `unsupported` where the kernel gives no netlink socket. */
  constructor(family: keyof typeof families = "route") {
    this.#fd = socket(AF_NETLINK, SOCK_RAW_CLOEXEC, families[family]);
    if (this.#fd < 0)
      throw new FairwayError("unsupported", `The kernel gave no netlink socket: ${lastError()}`);
    const on = Buffer.from([1, 0, 0, 0]);
    for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK])
      setsockopt(this.#fd, SOL_NETLINK, option, on, on.length);
  }

  /**
   * Sends the requests in one datagram; the kernel executes all of them in order, also after one that failed.
   * @returns one answer for each.
   */
  exchange(requests: readonly Request[]): Promise<Answer[]> {
    if (requests.length === 0) return Promise.resolve([]);
    const turn = this.#last.then(() => this.#exchange(requests));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Closes the socket once what is under way has ended. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    void this.#last.then(() => close(this.#fd));
  }

  async #exchange(requests: readonly Request[]): Promise<Answer[]> {
    if (this.#closed)
      throw new FairwayError("unavailable", "The netlink socket is closed: the agent is stopping");
    const first = this.#sequence + 1;
    const datagram = Buffer.concat(
      requests.map(({ type, flags = 0, body }) => {
        this.#sequence = (this.#sequence + 1) >>> 0;
        const all = flags | messageFlag.request | messageFlag.ack;
        return encodeMessage({ type, flags: all, sequence: this.#sequence, body });
      }),
    );
    if ((await send(this.#fd, datagram, datagram.length, 0)) !== datagram.length)
      throw new FairwayError("internal", "The kernel did not take a netlink request");

    const answers = requests.map(() => ({
      bodies: [] as Buffer[],
      ended: false,
      error: undefined as Answer["error"],
    }));
    // A list grows while it is received, under the kernel's network lock; all other answers wait in the socket.
    const isList = requests.some(({ flags = 0 }) => (flags & messageFlag.dump) !== 0);
    while (answers.some(({ ended }) => !ended)) {
      const length = await (isList ? receive : receiveHere)(
        this.#fd,
        this.#buffer,
        this.#buffer.length,
        MSG_DONTWAIT,
      );
      if (length <= 0) throw new FairwayError("internal", "The kernel did not answer a netlink request");
      for (const message of decodeMessages(Buffer.from(this.#buffer.subarray(0, length)))) {
        const answer = answers[message.sequence - first];
        if (answer === undefined) continue;
        if (message.type === messageType.error || message.type === messageType.done) {
          answer.ended = true;
          answer.error = errorOf(message);
        } else answer.bodies.push(message.body);
      }
    }
    return answers.map(({ bodies, error }) => (error === undefined ? { bodies } : { bodies, error }));
  }
}

/** `NLMSG_ERROR` and `NLMSG_DONE` begin with a negative errno; zero is success. */
function errorOf({ type, flags, body }: NetlinkMessage): Answer["error"] {
  const errno = body.length >= 4 ? body.readInt32LE(0) : 0;
  if (errno === 0) return undefined;
  const code = getSystemErrorName(errno);
  const details =
    flags & NLM_F_ACK_TLVS && type === messageType.error ? decodeAttributes(body.subarray(20)) : undefined;
  return { code, text: decodeText(details?.get(NLMSGERR_ATTR_MSG)) || code };
}

import { randomBytes } from "node:crypto";
import { FairwayError } from "../../errors.ts";
import { ipBytes } from "../netlink/address.ts";
import { macBytes } from "../netlink/link.ts";
import { onWire, PacketSocket, type WireLink } from "../packet-socket.ts";
import { clientFrame, everybody, nobody, readServerFrame, toClients } from "./frame.ts";
import { type Grant, grantOf } from "./grant.ts";
import { type ClientMessage, decodeMessage, encodeMessage, option, type ServerMessage } from "./message.ts";

/** A DHCP client's conversations (RFC 2131 §4.4), each from its own socket. Who the client is, its MAC address says alone. */

/** Pauses before a message is said again, and before it is given up, ms: shorter than those of RFC 2131 §4.1, for a container waits. */
const pauses = {
  discover: [1_000, 2_000, 4_000, 5_000],
  request: [1_000, 2_000, 2_000],
  renew: [1_500, 1_500],
} as const;
/** A server that refuses what it has just offered is asked anew so often. */
const mostRounds = 3;

const hardwareIsEthernet = 1;
/** What the client wants to hear of (option 55). RFC 3442: classless routes stand before the routers. */
const wanted = [
  option.classlessRoutes,
  option.routers,
  option.nameServers,
  option.domain,
  option.leaseSeconds,
  option.renewalSeconds,
  option.rebindingSeconds,
  1,
];

export interface DhcpClient {
  /** By which the servers are reached. */
  readonly link: WireLink;
  /** Of IEEE 802.1Q; null: without a tag. */
  readonly vlan: number | null;
  /** Of whoever is to have the address. */
  readonly mac: string;
}

/** An address that the client has, and who gave it. */
export type Held = Pick<Grant, "ip" | "server">;

/**
 * A new lease.
 * @param wish an address that would be welcome; `only`: no other will do.
 * @throws `unavailable` where no server answers in time, `conflict` where servers give another address only, and the signal's reason.
 */
export async function obtainLease(
  client: DhcpClient,
  wish: { readonly ip: string | undefined; readonly only: boolean },
  signal: AbortSignal,
): Promise<Grant> {
  using conversation = new Conversation(client, signal);
  for (let round = 0; round < mostRounds; round++) {
    const asked = wish.ip === undefined ? [] : [[option.requestedAddress, ipBytes(wish.ip)] as const];
    const offer = await conversation.ask({ type: "discover", options: asked }, pauses.discover, ["offer"]);
    if (offer === undefined) throw new FairwayError("unavailable", "no DHCP server answers");
    const { address, server } = offer;
    if (wish.only && address !== wish.ip)
      throw new FairwayError("conflict", `the DHCP server ${server} gives ${address} instead`);
    const options = [
      [option.requestedAddress, ipBytes(address)],
      [option.server, ipBytes(server)],
    ] as const;
    const answer = await conversation.ask({ type: "request", options }, pauses.request, ["ack", "nak"]);
    if (answer?.type === "ack") return answer.grant;
  }
  throw new FairwayError("unavailable", "the DHCP server offers an address and does not give it");
}

/** The lease of an address that the client had (INIT-REBOOT): `refused` where it may not have it, undefined where no server knows of it. */
export async function confirmLease(
  client: DhcpClient,
  ip: string,
  signal: AbortSignal,
): Promise<Grant | "refused" | undefined> {
  using conversation = new Conversation(client, signal);
  const options = [[option.requestedAddress, ipBytes(ip)]] as const;
  return granted(await conversation.ask({ type: "request", options }, pauses.renew, ["ack", "nak"]));
}

/**
 * The lease once more, while it is held.
 * @param whom `server`: who gave it; `any`: every server of the wire (REBINDING).
 * @returns undefined where nobody answers. @throws the signal's reason.
 */
export async function renewLease(
  client: DhcpClient,
  held: Held,
  whom: "server" | "any",
  signal: AbortSignal,
): Promise<Grant | "refused" | undefined> {
  using conversation = new Conversation(client, signal);
  const to = whom === "server" ? held.server : everybody;
  return granted(
    await conversation.ask({ type: "request", address: held.ip, to, options: [] }, pauses.renew, [
      "ack",
      "nak",
    ]),
  );
}

/** The lease is the server's again. Nobody answers. */
export async function releaseLease(client: DhcpClient, { ip, server }: Held): Promise<void> {
  using conversation = new Conversation(client, new AbortController().signal);
  const options = [[option.server, ipBytes(server.ip)]] as const;
  await conversation.say({ type: "release", address: ip, to: server, options });
}

/** Somebody else has the address (RFC 2131 §4.4.4): the server is not to give it. Nobody answers. */
export async function declineLease(client: DhcpClient, { ip, server }: Held): Promise<void> {
  using conversation = new Conversation(client, new AbortController().signal);
  const options = [
    [option.requestedAddress, ipBytes(ip)],
    [option.server, ipBytes(server.ip)],
  ] as const;
  await conversation.say({ type: "decline", options });
}

interface Saying extends Pick<ClientMessage, "type"> {
  /** That the client has; absent: none. */
  readonly address?: string;
  /** Absent: to everybody. */
  readonly to?: Grant["server"];
  readonly options: readonly (readonly [number, Buffer])[];
}

type Answer = Pick<ServerMessage, "type" | "address"> & { readonly server: string; readonly grant: Grant };

/** What a client and servers say to each other about one lease. */
class Conversation implements Disposable {
  readonly #client: DhcpClient;
  readonly #signal: AbortSignal;
  readonly #socket: PacketSocket;
  readonly #transaction = randomBytes(4).readUInt32BE(0);
  readonly #begunMs = performance.now();

  constructor(client: DhcpClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
    this.#socket = PacketSocket.open(client.link, toClients, "all");
  }

  /** @returns undefined where nobody has answered. */
  async ask(
    saying: Saying,
    pausesMs: readonly number[],
    types: readonly ServerMessage["type"][],
  ): Promise<Answer | undefined> {
    for (const pauseMs of pausesMs) {
      await this.say(saying);
      const answer = await this.#socket.hear((frame) => this.#read(frame, types), pauseMs, this.#signal);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  async say({ type, address, to = everybody, options }: Saying): Promise<void> {
    const { mac, vlan } = this.#client;
    const isQuestion = type === "discover" || type === "request";
    const message = encodeMessage({
      type,
      transaction: this.#transaction,
      seconds: Math.floor((performance.now() - this.#begunMs) / 1_000),
      mac,
      address,
      // Who has an address already is answered there, and heard on the wire.
      toAll: address === undefined,
      options: new Map<number, Buffer>([
        [option.client, Buffer.from([hardwareIsEthernet, ...macBytes(mac)])],
        ...options,
        ...(isQuestion ? [[option.wanted, Buffer.from(wanted)] as const] : []),
      ]),
    });
    const from = { mac, ip: address ?? nobody };
    await this.#socket.send(onWire(clientFrame({ from, to }, message), vlan));
  }

  #read(frame: Buffer, types: readonly ServerMessage["type"][]): Answer | undefined {
    const heard = readServerFrame(frame);
    const message = heard && decodeMessage(heard.message);
    if (heard === undefined || message === undefined || !types.includes(message.type)) return undefined;
    if (message.transaction !== this.#transaction || message.mac !== this.#client.mac) return undefined;
    const grant = grantOf(message, heard.mac);
    return { type: message.type, address: message.address, server: grant.server.ip, grant };
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

function granted(answer: Answer | undefined): Grant | "refused" | undefined {
  return answer?.type === "nak" ? "refused" : answer?.grant;
}

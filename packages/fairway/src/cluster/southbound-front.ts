import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { connect, createServer, type Server, type TLSSocket } from "node:tls";
import { type Admission, identify } from "../api/admission.ts";
import { beginListening } from "../api/begin-listening.ts";
import { Strangers } from "../api/strangers.ts";
import { FairwayError, messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";
import { Loop } from "../runtime/loop.ts";
import { southboundPort } from "../well-known-ports.ts";
import { certificateOf } from "./authority-files.ts";
import { centerFiles, southboundFiles } from "./center-certificate.ts";
import { innerSouthbound, serveSouthbound } from "./southbound.ts";
import { SouthboundNames } from "./southbound-names.ts";

/** ovn-controller needs one, and another while it reconnects. */
const mostOfHost = 8;
const handshakeMs = 10_000;

export interface SouthboundFrontOptions {
  /** Of the authorities. */
  readonly directory: string;
  readonly address: string;
  /** 6642, but for tests. */
  readonly port?: number;
  /** Whom to let in, each as its chassis in OVN. */
  readonly admissions: Admission & { systemIdOf(host: string): string | undefined };
  readonly logger: Logger;
}

/** Who is at the other end of a connection: a host, and the chassis that the intent has for it. */
interface Peer {
  readonly host: string;
  readonly systemId: string;
}

/**
 * OVN's Southbound for hosts. ovsdb-server reads no revocation lists, and never asks again who a client is. So it listens for this center
 * alone, and the center lets those through whom the cluster has admitted, for as long as it has. To ovsdb-server it shows a certificate
 * with the system-id that the intent has for the host: by that OVN's role lets the host write what is its own (ovn-sb(5), RBAC).
 */
export class SouthboundFront implements AsyncDisposable {
  readonly #options: SouthboundFrontOptions;
  readonly #names: SouthboundNames;
  readonly #peers = new Map<TLSSocket, Peer>();
  readonly #strangers = new Strangers();
  readonly #loop: Loop;
  readonly #watch: Disposable;
  #server: Server | undefined;
  #authority: X509Certificate | undefined;
  /** The certificate that new connections are shown, PEM. */
  #shown: string | undefined;

  constructor(options: SouthboundFrontOptions) {
    this.#options = options;
    const { directory, admissions, logger } = options;
    this.#names = new SouthboundNames(directory);
    this.#loop = new Loop({ name: "open OVN's Southbound to hosts", work: () => this.#open(), logger });
    const lookAgain = guarded("look who reaches OVN's Southbound", logger, (socket: TLSSocket) => {
      if (!isSame(this.#peerAt(socket), this.#peers.get(socket))) socket.destroy();
    });
    this.#watch = admissions.onChange(() => {
      for (const socket of this.#peers.keys()) lookAgain(socket);
    });
    this.#loop.soon();
  }

  /** New connections are shown the center's certificate as it is by now. Throws where it cannot be read. */
  async reloadCertificates(): Promise<void> {
    if (this.#server === undefined) return this.#loop.soon();
    const shown = this.#shown;
    const certificates = await this.#readCertificates();
    if (this.#shown !== shown) this.#server.setSecureContext(certificates);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    await this.#loop[Symbol.asyncDispose]();
    const server = this.#server;
    if (server === undefined) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of this.#peers.keys()) socket.destroy();
    await closed;
  }

  async #open(): Promise<void> {
    const { address, port = southboundPort, directory, logger } = this.#options;
    await this.#names.ensure();
    await serveSouthbound(southboundFiles(directory));
    if (this.#server !== undefined) return;
    const server = createServer({
      ...(await this.#readCertificates()),
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: handshakeMs,
    });
    server.on(
      "connection",
      guarded("count a connection", logger, (socket: Socket) => this.#strangers.arrive(socket)),
    );
    server.on(
      "secureConnection",
      guarded("take a host to OVN's Southbound", logger, (socket: TLSSocket) => this.#receive(socket)),
    );
    await beginListening(server, { host: address, port }, logger);
    this.#server = server;
    logger.info({ address, port }, "OVN's Southbound is open to hosts");
  }

  async #readCertificates() {
    const { key, cert, ca } = centerFiles(this.#options.directory);
    const pem = { key: await readFile(key), cert: await readFile(cert), ca: await readFile(ca) };
    this.#authority = new X509Certificate(pem.ca);
    this.#shown = pem.cert.toString();
    // OVN's clients of Debian 12 are content with TLS 1.2.
    return { ...pem, minVersion: "TLSv1.2" } as const;
  }

  #receive(socket: TLSSocket): void {
    const { logger } = this.#options;
    this.#noteErrors(socket);
    this.#take(socket).catch((error: unknown) => {
      const { remoteAddress } = socket;
      logger.warn({ remoteAddress, error: messageOf(error) }, "somebody does not reach OVN's Southbound");
      socket.destroy();
    });
  }

  async #take(socket: TLSSocket): Promise<void> {
    const { logger } = this.#options;
    const peer = this.#peerAt(socket);
    if (peer === undefined)
      throw new FairwayError("unauthenticated", "the cluster has no host with the key of its certificate");
    const { host, systemId } = peer;
    const count = [...this.#peers.values()].filter((each) => each.host === host).length;
    if (count >= mostOfHost)
      throw new FairwayError("exhausted", `host ${host} has ${count} connections to it already`);
    this.#strangers.recognize(socket);
    this.#peers.set(socket, peer);
    socket.once("close", () => this.#peers.delete(socket));
    const inner = await this.#connect(systemId);
    socket.once(
      "close",
      guarded("end a host's connection", logger, () => void inner.destroy()),
    );
    inner.once(
      "close",
      guarded("end a host's connection", logger, () => void socket.destroy()),
    );
    if (socket.destroyed) inner.destroy();
    socket.pipe(inner).pipe(socket);
  }

  async #connect(systemId: string): Promise<TLSSocket> {
    const inner = connect({
      host: innerSouthbound.address,
      port: innerSouthbound.port,
      ca: await readFile(certificateOf(this.#options.directory, "centrals")),
      ...(await this.#names.certificateFor(systemId)),
      // The center's certificate names the address by which others reach it.
      checkServerIdentity: () => undefined,
    });
    try {
      await once(inner, "secureConnect", { signal: AbortSignal.timeout(handshakeMs) });
      this.#noteErrors(inner);
      return inner;
    } catch (cause) {
      inner.destroy();
      // Somebody may have taken away that it listens.
      this.#loop.soon();
      throw new FairwayError("unavailable", `OVN's Southbound does not answer: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  /** A connection that breaks is closed, too. */
  #noteErrors(socket: TLSSocket): void {
    const { logger } = this.#options;
    const note = (error: Error) => logger.debug({ error: error.message }, "a host's connection broke");
    socket.on("error", guarded("note a connection's end", logger, note));
  }

  #peerAt(socket: TLSSocket): Peer | undefined {
    if (this.#authority === undefined) return undefined;
    const { admissions } = this.#options;
    const caller = identify(socket, this.#authority, admissions);
    if (caller.kind !== "host") return undefined;
    const systemId = admissions.systemIdOf(caller.name);
    return systemId === undefined ? undefined : { host: caller.name, systemId };
  }
}

const isSame = (one: Peer | undefined, other: Peer | undefined): boolean =>
  one?.host === other?.host && one?.systemId === other?.systemId;

import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { isIP } from "node:net";
import { checkServerIdentity, connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { errorOfAnswer } from "../api/client-error.ts";
import type { JoinRequest, Membership } from "../center/schemas/member.ts";
import { FairwayError, messageOf } from "../errors.ts";
import { fingerprintOf } from "../public-key.ts";
import { HttpClient } from "../runtime/http-client.ts";
import { apiPort } from "../well-known-ports.ts";

const boundMs = 15_000;

export interface CenterAddress {
  readonly host: string;
  readonly port: number;
}

/** `ADDRESS[:PORT]`, `[IPV6]:PORT` or a name. Throws `invalid`. */
export function parseCenterAddress(given: string): CenterAddress {
  if (isIP(given) === 6) return { host: given, port: apiPort };
  const [, bracketed, plain, port = `${apiPort}`] =
    /^(?:\[([^\]]+)\]|([^:[\]/\s]+))(?::(\d{1,5}))?$/.exec(given) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new FairwayError(
      "invalid",
      `"${given}" must be the center's ADDRESS or ADDRESS:PORT, e.g. 192.0.2.1 or [fd00::1]:6640`,
    );
  return { host, port: Number(port) };
}

/** `ADDRESS:PORT`; an IPv6 address in brackets (RFC 3986 §3.2.2). */
export function writeAddress({ host, port }: CenterAddress): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** A connection to a center that has shown the key whose hash the token carries. */
export interface CenterContact extends AsyncDisposable {
  /** This machine's address on it. */
  readonly localAddress: string;
  /** Whether the center's certificate is for the address that was given. */
  readonly isNamed: boolean;
  join(request: JoinRequest): Promise<Membership>;
}

/**
 * Connects to the center. Nothing is sent before it has proved to be the one that the token is from: there is no trust
 * on first use.
 * @param fingerprint of the key of the centers' authority
 * Throws `unavailable` where nobody answers, `unauthenticated` where another center does, `conflict` for a clock.
 */
export async function contactCenter(center: CenterAddress, fingerprint: string): Promise<CenterContact> {
  const name = writeAddress(center);
  const socket = await open(center, name);
  try {
    checkCenter(socket.getPeerCertificate(true), fingerprint, name);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const http = new HttpClient({ host: center.host, socket });
  return {
    localAddress: (socket.localAddress ?? "").replace(/^::ffff:/, ""),
    isNamed: checkServerIdentity(center.host, socket.getPeerCertificate()) === undefined,
    join: (request) => join(http, name, request),
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      socket.destroy();
    },
  };
}

async function open({ host, port }: CenterAddress, name: string): Promise<TLSSocket> {
  // Who it is is looked at here, before anything is sent: no authority of this machine knows the center yet.
  const socket = connect({ host, port, minVersion: "TLSv1.3", rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(boundMs) });
    return socket;
  } catch (cause) {
    socket.destroy();
    throw new FairwayError("unavailable", `cannot reach the center at ${name}: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  switch (code) {
    case "ECONNREFUSED":
      return "nobody listens on that port; was `fairway init` run there, and does fairway run?";
    case "ABORT_ERR":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "no answer; is the address right, and does a firewall let that port through?";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "that name has no address";
    default:
      return /SSL|TLS|ECONNRESET|EPROTO/.test(code)
        ? `what listens there is no center of Fairway's (${messageOf(cause)})`
        : messageOf(cause);
  }
}

function checkCenter(peer: DetailedPeerCertificate, fingerprint: string, name: string): void {
  const authority = peer.issuerCertificate?.raw ?? peer.raw;
  const [leaf, issuer] = [new X509Certificate(peer.raw), new X509Certificate(authority)];
  if (fingerprintOf(issuer.publicKey) !== fingerprint || !leaf.verify(issuer.publicKey))
    throw new FairwayError(
      "unauthenticated",
      `${name} is not the center that made this token: its authority's key is another one. Nothing was sent to it; ` +
        "check the address, or make a token on that center",
    );
  const now = Date.now();
  const [from, to] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  if (now >= from && now <= to) return;
  const clock = new Date(now).toUTCString();
  throw new FairwayError(
    "conflict",
    `the center's certificate is valid from ${leaf.validFrom} to ${leaf.validTo}, and this machine's clock says ${clock}; ` +
      "set the clock right (timedatectl set-ntp true) and join again, or look at the center's clock",
  );
}

async function join(http: HttpClient, name: string, body: JoinRequest): Promise<Membership> {
  try {
    const answer = await http.ask({ method: "POST", path: "/v1/join", body }, boundMs);
    if (answer.status >= 400) throw errorOfAnswer(answer.status, answer.body);
    return JSON.parse(answer.body) as Membership;
  } catch (cause) {
    if (cause instanceof FairwayError) throw cause;
    throw new FairwayError("unavailable", `lost the connection to ${name}: ${messageOf(cause)}`, { cause });
  }
}

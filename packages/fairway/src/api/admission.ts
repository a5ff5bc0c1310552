import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Caller } from "../center/context.ts";
import { fingerprintOf } from "../public-key.ts";

/** Whom the cluster has admitted; the center knows it. */
export interface Admission {
  /** The name of the host that was admitted with the key of this fingerprint. */
  hostWithKey(fingerprint: string): string | undefined;
  /** Calls `look` when somebody was admitted or removed; disposing ends that. */
  onChange(look: () => void): Disposable;
}

const joinMend = "join this machine to the cluster: `fairway token create` on the center prints how";

/**
 * Who is at the other end of a connection. It is the key that counts: the handshake proved that the peer has it, the
 * authority that it was given a certificate, and the intent that it is still wanted.
 * @param authority the hosts' authority, PEM
 */
export function identify(socket: TLSSocket, authority: X509Certificate, admission: Admission): Caller {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return stranger(`this center knows hosts by their certificate; ${joinMend}`);
  if (!certificate.verify(authority.publicKey))
    return stranger(`the certificate was not given by this cluster's authority; ${joinMend}`);
  const name = admission.hostWithKey(fingerprintOf(certificate.publicKey));
  if (name === undefined)
    return stranger(`the cluster has no host with the key of this certificate any more; ${joinMend}`);
  const now = Date.now();
  if (now < Date.parse(certificate.validFrom))
    return stranger(
      `the certificate of host ${name} is valid from ${certificate.validFrom} on, and the center's clock says ` +
        `${new Date(now).toUTCString()}: set the clock of either right (timedatectl set-ntp true)`,
    );
  if (now > Date.parse(certificate.validTo)) return { kind: "host", name, hasExpired: true };
  return { kind: "host", name };
}

function stranger(reason: string): Caller {
  return { kind: "stranger", reason };
}

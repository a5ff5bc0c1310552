/** Who gives certificates, and where those who have one are served. `cluster/` implements it: the service does no I/O. */
export interface Certifier {
  /** The fingerprint of the centers' authority's key. */
  readonly authorityFingerprint: string;
  /** The centers' authority (PEM). */
  readonly authorityPem: string;
  /** Where the center listens for other machines: `ADDRESS:PORT`. */
  readonly address: string;
  /** OVN's Southbound for them, e.g. `ssl:192.0.2.1:6642`. */
  readonly southbound: string;
  /** The fingerprint of the key of a request for a certificate (PEM). Throws `invalid`. */
  fingerprintOf(request: string): Promise<string>;
  /** A host's certificate with the key of its request, and nothing else of it (PEM). Throws `invalid`. */
  certify(request: string, host: { readonly name: string; readonly systemId: string }): Promise<string>;
}

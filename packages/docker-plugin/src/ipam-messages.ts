/**
 * What Docker sends to an IpamDriver and reads from it.
 * Source: moby `libnetwork/ipams/remote/api/api.go` (29: `daemon/libnetwork/…`), confirmed on 20.10.24, 26.1.5 and 28.5.2.
 */
import type * as z from "zod";
import { flag, struct, text, textMap } from "./decode.ts";

export interface DefaultAddressSpaces {
  readonly LocalDefaultAddressSpace: string;
  readonly GlobalDefaultAddressSpace: string;
}

export const requestPoolRequest = struct({
  AddressSpace: text,
  /** CIDR, or empty where the driver is to choose. */
  Pool: text,
  /** CIDR of `--ip-range`, or empty. */
  SubPool: text,
  /** Those of `--ipam-opt`; they reach this method only. */
  Options: textMap,
  V6: flag,
});
export type RequestPoolRequest = z.infer<typeof requestPoolRequest>;

export interface RequestPoolAnswer {
  /** Comes back in every call about this pool. */
  readonly PoolID: string;
  /** CIDR */
  readonly Pool: string;
  /** LABEL.gateway may hold the gateway's CIDR: it is then not requested, but released with the network. */
  readonly Data?: Readonly<Record<string, string>>;
}

/** A PoolID may be empty: Docker sends back whatever RequestPool answered. */
export const releasePoolRequest = struct({ PoolID: text });
export type ReleasePoolRequest = z.infer<typeof releasePoolRequest>;

export const requestAddressRequest = struct({
  PoolID: text,
  /** Bare address, or empty where the driver is to choose. */
  Address: text,
  Options: textMap,
});
export type RequestAddressRequest = z.infer<typeof requestAddressRequest>;

export interface RequestAddressAnswer {
  /** CIDR with the pool's prefix length; Docker refuses a bare address. */
  readonly Address: string;
  readonly Data?: Readonly<Record<string, string>>;
}

export const releaseAddressRequest = struct({ PoolID: text, Address: text });
export type ReleaseAddressRequest = z.infer<typeof releaseAddressRequest>;

export interface IpamCapabilities {
  /** Docker then invents the MAC address itself and sends it with RequestAddress and CreateEndpoint. */
  readonly RequiresMACAddress?: boolean;
  /** Docker then requests pools and addresses again whenever it starts. */
  readonly RequiresRequestReplay?: boolean;
}

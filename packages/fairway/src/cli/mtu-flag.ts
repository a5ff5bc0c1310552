import { FairwayError } from "../errors.ts";

/** The MTU that a flag says, as a field of a request. Throws `invalid` where it is no number. */
export function mtuOf({ mtu }: { readonly mtu?: string }): { readonly mtu?: number } {
  if (mtu === undefined) return {};
  if (/^\d+$/.test(mtu)) return { mtu: Number(mtu) };
  throw new FairwayError("invalid", `--mtu takes a number of bytes, e.g. 1400; it is ${mtu}`);
}

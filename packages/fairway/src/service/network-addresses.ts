import { derive } from "../identity.ts";
import type { Draft } from "../intent/draft.ts";
import { keyOf } from "../intent/indexes.ts";

/** An address that the network itself holds; usually the engine asked for it already. */
export function keepAddress(
  draft: Draft,
  subnet: string,
  ip: string,
  purpose: "gateway" | "auxiliary",
): void {
  const [known] = draft.find("Address", "bySubnetIp", keyOf(subnet, ip));
  if (known === undefined)
    draft.insert("Address", derive("address", subnet, ip), {
      subnet,
      ip,
      purpose,
      endpoint: null,
      host: null,
      expires: null,
    });
  else draft.update("Address", known._uuid, { purpose, expires: null });
}

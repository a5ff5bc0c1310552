import { FairwayError } from "../../errors.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalIp } from "../../ip.ts";
import { isIdPrefix, isIp, networkOf, onlyOne, partsAt } from "../lookup.ts";

/**
 * An address in use by its UUID, the start of it (4 digits or more), or the address itself, behind which `@` and the network's name stand where several
 * networks have it. Throws `not_found`, and `invalid` where several are meant.
 */
export function addressOf(view: View, reference: string): IntentRow<"Address"> {
  const direct = view.get("Address", reference);
  if (direct !== undefined) return direct;
  const [text, network] = partsAt(view, reference);
  const ip = isIp(text) ? canonicalIp(text) : undefined;
  const matches = Array.from(view.rows("Address")).filter(
    (row) =>
      (row.ip === ip || (isIdPrefix(text) && row._uuid.startsWith(text))) &&
      (network === undefined || view.get("Subnet", row.subnet)?.network === network),
  );
  if (matches.length === 0 && ip !== undefined)
    throw new FairwayError(
      "not_found",
      `nobody has address ${ip}${network === undefined ? "" : ` on network ${networkOf(view, network).name}`}; \`fairway address ls\` lists those in use`,
    );
  return onlyOne("address", reference, matches, () => []);
}

/** A VIP by its UUID, its address where one network alone has it, or ADDRESS@NETWORK. Throws `not_found`, and `invalid` where several are meant. */
export function vipOf(view: View, reference: string): IntentRow<"Vip"> {
  const direct = view.get("Vip", reference);
  if (direct !== undefined) return direct;
  const [text, network] = partsAt(view, reference);
  const ip = isIp(text) ? canonicalIp(text) : undefined;
  const matches = Array.from(view.rows("Vip")).filter(
    (row) => row.ip === ip && (network === undefined || row.network === network),
  );
  return onlyOne("VIP", reference, matches, () => []);
}

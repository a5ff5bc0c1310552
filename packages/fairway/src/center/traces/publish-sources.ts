import type { ReachedPort } from "../../intent/publish-from.ts";
import { contains, parseCidr, parseIp } from "../../ip.ts";
import { sourcesText } from "../../publish-from.ts";

/**
 * Why a host refuses a packet for a published port, as what it does; undefined where it does not.
 * @param sender the address by which it is judged; undefined: it is the host itself.
 */
export function refusalOf(
  { from, hostPort, protocol }: Pick<ReachedPort, "from" | "hostPort" | "protocol">,
  sender: string | undefined,
): string | undefined {
  if (from === undefined || sender === undefined) return undefined;
  if (from.some((each) => contains(parseCidr(each), parseIp(sender)))) return undefined;
  return `refuses it: port ${hostPort}/${protocol} is published for ${sourcesText(from)}, and its sender is ${sender}`;
}

import type { ReachedPort } from "../center/schemas/endpoint.ts";
import { contains, parseCidr, parseIp } from "../ip.ts";
import { sourcesText } from "../publish-from.ts";
import { type Check, firstFew, ok } from "./finding.ts";

export const publishedPorts: Check = {
  name: "published ports",
  about:
    "Which published ports of this machine everybody may reach who reaches the machine: that may well be meant",
  look: async (site) => {
    const items = await site.hostItems.need();
    const ports = items.flatMap((item) => (item.kind === "published" ? item.ports : []));
    if (ports.length === 0) return ok("none");
    const open = ports.filter(isOpen).map(({ hostPort, protocol }) => `${hostPort}/${protocol}`);
    if (open.length === 0) return ok(`${ports.length}, none of them open to everybody`);
    return ok(
      `open to everybody: ${firstFew([...new Set(open)])}; \`fairway port restrict\` says who may reach a port`,
    );
  },
};

const loopback = ["127.0.0.0/8", "::1/128"].map(parseCidr);

function isOpen({ hostAddress, from }: ReachedPort): boolean {
  const isLocal = hostAddress !== null && loopback.some((each) => contains(each, parseIp(hostAddress)));
  return !isLocal && sourcesText(from) === "any";
}

import type { HostTaken } from "../../center/schemas/host.ts";
import { type Cidr, containsCidr, formatCidr, parseCidr, singleAddress } from "../../ip.ts";
import type { KnownRoute } from "../uplinks/routing-message.ts";

/** The API takes no more; a host with more routes is a router, and its widest ones say most. */
const toldAtMost = 1024;
/** Half of all addresses, or all: a default route, in whatever way somebody writes it. */
const widestRoute = 1;

/** What no network of containers gets anyway: on every link, or on none. */
const nobodys = ["127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::1/128", "fe80::/10", "ff00::/8"].map(
  parseCidr,
);

interface Surroundings {
  readonly routes: readonly Pick<KnownRoute, "cidr" | "index">[];
  readonly addresses: readonly string[];
  readonly servers: readonly string[];
  /** The name of a link. */
  readonly nameOf: (index: number) => Promise<string | undefined>;
}

/**
 * What the center is told of this host's surroundings, the widest first: what lies in something that is told already says nothing more, but
 * for name servers. Default routes are not told.
 */
export async function toldOf({ routes, addresses, servers, nameOf }: Surroundings): Promise<HostTaken[]> {
  const told = new Map<string, { readonly cidr: Cidr; readonly said: HostTaken }>();
  const say = (cidr: Cidr, more: Omit<HostTaken, "cidr">) => {
    const text = formatCidr(cidr);
    told.set(text, { cidr, said: { cidr: text, ...more } });
  };
  for (const address of new Set(servers)) {
    const cidr = subnetOfAddress(address);
    if (cidr !== undefined) say(cidr, { kind: "name server" });
  }
  const wide: Cidr[] = [];
  const isNew = (cidr: Cidr) =>
    ![...nobodys, ...wide].some((each) => containsCidr(each, cidr)) && !told.has(formatCidr(cidr));
  const byWidth = routes
    .filter(({ cidr }) => cidr.prefix > widestRoute)
    .toSorted((one, other) => one.cidr.prefix - other.cidr.prefix);
  for (const { cidr, index } of byWidth) {
    if (told.size >= toldAtMost) break;
    if (!isNew(cidr)) continue;
    wide.push(cidr);
    const device = index === undefined ? undefined : await nameOf(index);
    say(cidr, { kind: "route", ...(device !== undefined && { device }) });
  }
  for (const address of addresses) {
    const cidr = subnetOfAddress(address);
    if (cidr !== undefined && told.size < toldAtMost && isNew(cidr)) say(cidr, { kind: "address" });
  }
  return Array.from(told.values(), ({ said }) => said);
}

/** Undefined where it is no address, or one that means nothing to others. */
function subnetOfAddress(address: string): Cidr | undefined {
  try {
    const cidr = singleAddress(address);
    return nobodys.some((each) => containsCidr(each, cidr)) ? undefined : cidr;
  } catch {
    // One with a zone, or a name.
    return undefined;
  }
}

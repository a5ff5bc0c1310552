import { FairwayError } from "../../errors.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalIp, contains, familyOf, parseCidr, parseIp } from "../../ip.ts";
import { isIp, networkOf, someEndpointsOf } from "../lookup.ts";

type Endpoint = IntentRow<"Endpoint">;

/** Who is meant to get a packet. */
export type Target =
  /** By a name: several, where a container is on several networks. */
  | { readonly kind: "endpoints"; readonly endpoints: readonly Endpoint[] }
  | { readonly kind: "host"; readonly host: IntentRow<"Host">; readonly address: string }
  /** Whoever has it. */
  | { readonly kind: "address"; readonly address: string };

/** Addresses of groups, of everybody, and of a machine itself (RFC 6890, RFC 4291 §2.4): no packet between two places has them. */
const nobodys = ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "ff00::/8"].map(parseCidr);

/** Who sends a packet: as `targetOf`, but of an address whoever has it on any network, else somebody outside. */
export function sourceOf(view: View, reference: string): Target {
  const target = targetOf(view, reference);
  if (target.kind !== "address") return target;
  const endpoints = endpointsWith(view, target.address);
  return endpoints.length === 0 ? target : { kind: "endpoints", endpoints };
}

/** The endpoints that have an address, each on its own network. */
export function endpointsWith(view: View, address: string): readonly Endpoint[] {
  return Array.from(view.rows("Address"))
    .filter(({ ip }) => ip === address)
    .flatMap(({ endpoint }) => view.get("Endpoint", endpoint ?? "") ?? []);
}

/** Whom a reference names; a container or port comes before a host of that name. Throws `not_found`, and `invalid` of an address that nobody has. */
export function targetOf(view: View, reference: string): Target {
  const address = canonical(reference);
  if (isIp(reference)) {
    if (nobodys.some((cidr) => contains(cidr, parseIp(address))))
      throw new FairwayError("invalid", `${address} is no one machine's address; name a machine's own`);
    const host = hostAt(view, address);
    return host === undefined ? { kind: "address", address } : { kind: "host", host, address };
  }
  const parts = splitReference(view, reference);
  if (parts !== undefined) return { kind: "endpoints", endpoints: parts };
  const [host] = view.find("Host", "byName", reference);
  try {
    return { kind: "endpoints", endpoints: someEndpointsOf(view, reference) };
  } catch (error) {
    if (host?.tunnel_address) return { kind: "host", host, address: host.tunnel_address };
    throw formerHolder(view, reference) ?? error;
  }
}

/** The host that other hosts reach by an address; undefined where none has it. */
export function hostAt(view: View, address: string): IntentRow<"Host"> | undefined {
  return Array.from(view.rows("Host")).find(({ tunnel_address }) => tunnel_address === address);
}

/** The endpoints of `NAME.NETWORK`, as containers ask for names, and of `ADDRESS@NETWORK`; undefined of every other reference. */
function splitReference(view: View, reference: string): readonly Endpoint[] | undefined {
  for (const separator of ["@", "."]) {
    const at = separator === "@" ? reference.lastIndexOf("@") : reference.indexOf(".");
    if (at <= 0) continue;
    const [name, network] = [reference.slice(0, at), reference.slice(at + 1)];
    const [row] = view.find("Network", "byName", network);
    if (row === undefined && separator === ".") continue;
    const { _uuid, name: networkName } = row ?? networkOf(view, network);
    const found = someEndpointsOf(view, canonical(name)).filter((each) => each.network === _uuid);
    if (found.length > 0) return found;
    throw new FairwayError("not_found", `${name} is not on network ${networkName}`);
  }
  return undefined;
}

/** What to say of a name that nobody has any more: who had it. Undefined where nobody had. */
function formerHolder(view: View, name: string): FairwayError | undefined {
  const uses = Array.from(view.rows("Address_Use")).filter(({ holder }) => holder === name);
  const [last] = uses.toSorted((one, other) => other.until - one.until);
  if (last === undefined) return undefined;
  const host = last.host === null ? "" : ` on host ${last.host}`;
  return new FairwayError(
    "not_found",
    `${last.kind} ${name} does not run: it has no port; it had ${last.ip} on network ${last.network_name}${host} until ${new Date(last.until).toISOString()}`,
  );
}

function canonical(text: string): string {
  return isIp(text) ? canonicalIp(text) : text;
}

/** Whether two addresses are of one family. */
export function isOfFamily(address: string, family: 4 | 6 | undefined): boolean {
  return family === undefined || familyOf(address) === family;
}

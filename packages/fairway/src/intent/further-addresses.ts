import { type Cidr, formatCidr, overlaps, parseCidr } from "../ip.ts";
import { unquoted } from "../option-word.ts";
import { soundCidr } from "./parsed-rows.ts";
import type { IntentRow, View } from "./view.ts";

/** The option of an endpoint that names what it may send from, and is reached at, beside its own addresses. */
export const furtherOption = "fairway.addresses";

type Endpoint = Pick<IntentRow<"Endpoint">, "options">;

/** Reads `10.1.0.50,10.9.0.0/24`; what is neither an address nor a subnet is for the schema to refuse. */
export function readFurther(text: string): readonly string[] {
  return text.split(",").map((each) => each.trim());
}

/** What an endpoint's option names, each once; an address is the subnet that has it alone. */
export function furtherOf({ options }: Endpoint): readonly Cidr[] {
  const text = options[furtherOption];
  if (text === undefined) return [];
  const cidrs = readFurther(unquoted(text)).flatMap(soundlyParsed);
  return [...new Map(cidrs.map((cidr) => [formatCidr(cidr), cidr])).values()];
}

function soundlyParsed(text: string): readonly Cidr[] {
  try {
    return [parseCidr(text)];
  } catch {
    // Nobody gets anything by what cannot be read.
    return [];
  }
}

/**
 * What an endpoint may use beside its own addresses, as OVN takes it (ovn-nb(5), `port_security`): of its network's subnets the addresses that are written down as its
 * own, and what it names outside of these.
 */
export function allowedFurther(view: View, endpoint: IntentRow<"Endpoint">): readonly string[] {
  const named = furtherOf(endpoint);
  if (named.length === 0) return [];
  const subnets = view.find("Subnet", "byNetwork", endpoint.network).flatMap((row) => soundCidr(row) ?? []);
  const outside = named.filter((cidr) => !subnets.some((subnet) => overlaps(subnet, cidr)));
  return [...furtherIps(view, endpoint._uuid), ...outside.map(formatCidr)].sort();
}

/** The addresses of its network's subnets that an endpoint has beside its own. */
export function furtherIps(view: View, endpoint: string): readonly string[] {
  return view.find("Address", "furtherOfEndpoint", endpoint).map(({ ip }) => ip);
}

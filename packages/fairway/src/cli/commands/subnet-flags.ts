import type { Command } from "commander";
import { FairwayError } from "../../errors.ts";
import { contains, familyOf, parseCidr, parseIp } from "../../ip.ts";

/** What flags say of subnets, as Docker's flags do: each belongs to the subnet that it lies in. */
export interface SubnetFlags {
  readonly subnet?: readonly string[];
  readonly gateway?: readonly string[];
  readonly ipRange?: readonly string[];
  readonly auxAddress?: readonly string[];
  readonly dns?: readonly string[];
  readonly route?: readonly string[];
}

/** A subnet as the API takes it. */
export interface FlaggedSubnet {
  readonly cidr?: string;
  readonly family?: 4 | 6;
  readonly gateway?: string;
  readonly ranges?: string[];
  readonly auxiliaries?: string[];
  readonly dns?: string[];
  readonly hostRoutes?: string[];
}

/** Adds the flags of subnets that `docker network create` has, under the same names. */
export function addSubnetFlags(command: Command): Command {
  return command
    .option(
      "--gateway <address>",
      "the gateway of the subnet in which it lies; its first free address otherwise",
      collect,
    )
    .option("--ip-range <cidr>", "containers get addresses of this range automatically", collect)
    .option(
      "--aux-address <address>",
      "nobody gets this address; also as Docker writes it, NAME=ADDRESS",
      collect,
    );
}

/** Adds the flags that Docker does not have. */
export function addMoreSubnetFlags(command: Command): Command {
  return command
    .option("--dns <address>", "a name server that DHCP tells on these subnets", collect)
    .option("--route <route>", "a route of containers: DESTINATION, or DESTINATION,NEXTHOP", collect);
}

/** Collects what is given more than once. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** The subnets that flags describe. Throws `invalid` where a flag's address lies in none of them. */
export function flaggedSubnets(cidrs: readonly string[], flags: SubnetFlags): FlaggedSubnet[] {
  const auxiliaries = flags.auxAddress?.map((text) => text.slice(text.indexOf("=") + 1));
  const routes = flags.route?.map((text) => text.replace(",", " "));
  for (const [flag, values] of [
    ["--gateway", flags.gateway],
    ["--ip-range", flags.ipRange],
    ["--aux-address", auxiliaries],
  ] as const)
    for (const value of values ?? [])
      if (!cidrs.some((cidr) => isWithin(cidr, value)))
        throw new FairwayError("invalid", `${flag} ${value} lies in no --subnet; name the subnet, too`);
  return cidrs.map((cidr) => {
    const own = (values: readonly string[] = []) => values.filter((value) => isWithin(cidr, value));
    const ofFamily = (values: readonly string[] = []) =>
      values.filter((value) => familyOf(value) === familyOf(cidr));
    const [gateway] = own(flags.gateway);
    return {
      cidr,
      ...(gateway !== undefined && { gateway }),
      ...(flags.ipRange !== undefined && { ranges: own(flags.ipRange) }),
      ...(auxiliaries !== undefined && { auxiliaries: own(auxiliaries) }),
      ...(flags.dns !== undefined && { dns: [...flags.dns] }),
      ...(routes !== undefined && { hostRoutes: ofFamily(routes) }),
    };
  });
}

/** Entries of a map as flags say them, `KEY=VALUE` or `KEY`. */
export function mapOfFlags(values: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    values.map((text) => {
      const at = text.indexOf("=");
      return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function isWithin(cidr: string, value: string): boolean {
  try {
    return contains(parseCidr(cidr), parseIp(value));
  } catch {
    // The center says what is wrong with it.
    return true;
  }
}

/** A merge patch of a map (RFC 7396), as flags say it; nothing where they do not speak of it. */
export function mapPatch(
  field: "labels" | "options",
  set: readonly string[] | undefined,
  removed: readonly string[] | undefined,
): { readonly [Field in "labels" | "options"]?: Record<string, string | null> } {
  if (set === undefined && removed === undefined) return {};
  return {
    [field]: { ...Object.fromEntries((removed ?? []).map((key) => [key, null])), ...mapOfFlags(set) },
  };
}

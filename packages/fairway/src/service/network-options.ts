import { FairwayError } from "../errors.ts";
import { portSecurityLevels, portSecurityOption } from "../intent/port-security.ts";
import type { IntentRow } from "../intent/view.ts";
import { invalidOption, isYes, type KnownOption, unquoted, yesOrNo } from "./option-value.ts";
import { uuid } from "./schemas/common.ts";
import { nearest } from "./spelling.ts";
import { readSubnetOptions, type SubnetOptions, subnetOptions, subnetPrefix } from "./subnet-options.ts";

type Mode = IntentRow<"Network">["mode"];
type Options = Readonly<Record<string, string>>;

/** What `docker network create -o` says, in Fairway's words. */
export interface NetworkOptions {
  readonly mode: Mode;
  /** Bytes; null where nobody asked. */
  readonly mtuAsked: number | null;
  readonly scope: IntentRow<"Network">["scope"];
  /** An existing network that this one is a handle of. */
  readonly network: string | undefined;
  /** The UUID of the network that Fairway itself made this one a mirror of. */
  readonly mirror: string | undefined;
  /** What is kept and shown on the network: all but the subnet's. */
  readonly kept: Record<string, string>;
  readonly subnet: SubnetOptions;
}

const modes: readonly string[] = ["nat", "isolated", "routed"] satisfies Mode[];

/** The smallest MTU that IPv4 allows (RFC 791 §3.2), bytes. */
const MIN_MTU = 68;
const MAX_MTU = 65_535;
const mtuValue = `a number of bytes from ${MIN_MTU} to ${MAX_MTU}`;

/** Of an option that nobody but Fairway writes. */
export const mirrorValue = "the UUID of a network; Fairway writes it on the mirrors that it makes";

/** Options that mean something. Another that is one slip away from them is a mistake; the rest is metadata. */
export const networkOptions: readonly KnownOption[] = [
  { name: "mode", value: `one of ${modes.join(", ")}` },
  { name: "mtu", value: mtuValue },
  { name: "com.docker.network.driver.mtu", value: mtuValue },
  { name: "scope", value: "host or cluster" },
  { name: portSecurityOption, value: `one of ${portSecurityLevels.join(", ")}` },
  { name: "network", value: "the name, UUID or engine's id of a network that exists" },
  { name: "mirror", value: mirrorValue },
  { name: "disablegateway", value: yesOrNo },
  ...subnetOptions,
];

/** Options whose promise is not built yet: refused rather than ignored. */
const notYet = ["physicalnetwork", "vlanid", "vni", "sticky", "ipam", "rt", "multicast", "egress"] as const;

/** Reads `docker network create -o`. Throws `invalid` or `unsupported` naming the option and what would be right. */
export function readNetworkOptions(options: Options): NetworkOptions {
  for (const name of Object.keys(options)) checkName(name);
  const ofSubnet = Object.entries(options).filter(([name]) => name.startsWith(subnetPrefix));
  const kept = Object.entries(options).filter(([name]) => !name.startsWith(subnetPrefix));
  const subnet = readSubnetOptions(
    Object.fromEntries(ofSubnet.map(([name, value]) => [name.slice(subnetPrefix.length), value])),
  );
  checkGateway(options);
  return {
    mode: readMode(options),
    scope: readScope(options),
    mtuAsked: readMtu(options),
    network: readNetwork(options),
    mirror: readMirror(options),
    kept: { ...Object.fromEntries(kept), ...readPortSecurity(options) },
    subnet,
  };
}

/**
 * Whether the network is no way out for its containers, by the options that were kept on it and on its subnets. Docker then adds an
 * interface on its own bridge.
 */
export function isGatewayDisabled(network: Options, subnets: readonly Options[]): boolean {
  return [network, ...subnets].some((options) => isYes(options["disablegateway"]));
}

function readMode(options: Options): Mode {
  const text = unquoted(options["mode"] ?? "nat");
  if (text === "flat")
    throw new FairwayError("unsupported", "option mode=flat is not supported by this version");
  if (!isMode(text)) throw invalidOption("mode", text, `one of ${modes.join(", ")}`);
  return text;
}

function readScope(options: Options): NetworkOptions["scope"] {
  const text = unquoted(options["scope"] ?? "cluster");
  if (text !== "host" && text !== "cluster") throw invalidOption("scope", text, "host or cluster");
  return text;
}

function readMtu(options: Options): number | null {
  const name = options["mtu"] === undefined ? "com.docker.network.driver.mtu" : "mtu";
  const text = options[name];
  if (text === undefined) return null;
  const mtu = Number(unquoted(text));
  if (!/^\d+$/.test(unquoted(text)) || mtu < MIN_MTU || mtu > MAX_MTU)
    throw invalidOption(name, text, mtuValue);
  return mtu;
}

/** As it is kept: the compiler reads it there. */
function readPortSecurity(options: Options): Record<string, string> {
  const text = options[portSecurityOption];
  if (text === undefined) return {};
  const asked = unquoted(text);
  if (portSecurityLevels.some((level) => level === asked)) return { [portSecurityOption]: asked };
  throw invalidOption(portSecurityOption, text, `one of ${portSecurityLevels.join(", ")}`);
}

function readNetwork(options: Options): string | undefined {
  const text = options["network"];
  if (text === undefined) return undefined;
  const reference = unquoted(text);
  if (reference === "") throw invalidOption("network", text, "the name of a network that exists");
  return reference;
}

/** What Fairway writes on the mirrors that it makes, for the network itself and for its IPAM. */
export function readMirror(options: Options): string | undefined {
  const text = options["mirror"];
  if (text === undefined || uuid.safeParse(text).success) return text;
  throw invalidOption("mirror", text, mirrorValue);
}

function checkGateway(options: Options): void {
  const [ofNetwork, ofSubnet] = ["disablegateway", `${subnetPrefix}disablegateway`].map(
    (name) => options[name],
  );
  if (ofNetwork !== undefined && isYes(ofNetwork) === undefined)
    throw invalidOption("disablegateway", ofNetwork, yesOrNo);
  if (ofNetwork === undefined || ofSubnet === undefined || isYes(ofNetwork) === isYes(ofSubnet)) return;
  throw new FairwayError(
    "invalid",
    `options disablegateway=${ofNetwork} and subnet:disablegateway=${ofSubnet} contradict each other; give one of them`,
  );
}

function isMode(text: string): text is Mode {
  return modes.includes(text);
}

function checkName(name: string): void {
  const own = name.startsWith(subnetPrefix) ? name.slice(subnetPrefix.length) : name;
  if (own.startsWith("x-") || networkOptions.some((option) => option.name === name)) return;
  if (notYet.some((option) => option === name))
    throw new FairwayError("unsupported", `option ${name} is not supported by this version`);
  const meant = nearest(name, [...networkOptions.map((option) => option.name), ...notYet]);
  if (meant === undefined) return;
  const free = name === own ? `x-${own}` : `${subnetPrefix}x-${own}`;
  throw new FairwayError(
    "invalid",
    `unknown option ${name}; did you mean ${meant}? (${free} is never taken for a mistake)`,
  );
}

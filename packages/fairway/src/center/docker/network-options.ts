import { FairwayError } from "../../errors.ts";
import { disableGatewayOption } from "../../intent/disabled-gateway.ts";
import { nearestName } from "../../runtime/nearest-name.ts";
import { type NetworkSpec, networkSpec } from "../networks/network-spec.ts";
import { knownOptions, type OptionOf, readOptions } from "../option-text.ts";
import { isYes, type KnownOption } from "../option-value.ts";
import { readSubnetOptions, type SubnetOptions } from "../subnets/subnet-options.ts";
import { subnetOptionSpec, subnetPrefix } from "../subnets/subnet-spec.ts";
import {
  engineDriverOptions,
  isEngineDriverOption,
  unknownEngineOption,
  withEngineDriverOptions,
} from "./engine-driver-options.ts";
import { handleSpec } from "./handle-spec.ts";

type Options = Readonly<Record<string, string>>;

/** What `docker network create -o` says. */
export interface NetworkOptions {
  readonly handle: OptionOf<typeof handleSpec>;
  /** The network's part of it; the engine says the rest. */
  readonly spec: Omit<NetworkSpec, "internal" | "attachable" | "labels" | "subnets">;
  readonly subnet: SubnetOptions;
}

/** Options that mean something. Another that is one slip away from them is a mistake; the rest is metadata. */
export const networkOptions: readonly KnownOption[] = [networkSpec, handleSpec, subnetOptionSpec].flatMap(
  knownOptions,
);

/** Options whose promise is not built yet: refused rather than ignored. */
const notYet = ["sticky", "egress"] as const;

/** Reads `docker network create -o`. Throws `invalid` or `unsupported` naming the option and what would be right. */
export function readNetworkOptions(given: Options): NetworkOptions {
  // A mirror has what its network has, and is in the words of whoever made that, under whichever driver's name.
  const options = given["mirror"] === undefined ? given : { mirror: given["mirror"] };
  const handle = readOptions(handleSpec, options);
  // A handle takes what its network has, and what of it was kept when Fairway knew fewer names.
  const isHandle = handle.network !== undefined || handle.mirror !== undefined;
  for (const name of Object.keys(options)) checkName(name, isHandle);
  if (handle.organization !== undefined && handle.network === undefined)
    throw new FairwayError(
      "invalid",
      "option organization says for whom a shared network is used: give the network, too, as -o network=NAME; a network that was made beforehand is named by --ipam-opt",
    );
  const spec = readOptions(networkSpec, isHandle ? options : withEngineDriverOptions(options));
  const subnet = readSubnetOptions(options);
  checkGateway(options);
  const kept = Object.entries(options).filter(([name]) => !name.startsWith(subnetPrefix));
  return {
    handle,
    spec: { ...spec, options: Object.fromEntries(kept) },
    subnet,
  };
}

/** Said of the network and of its subnets it is one thing. */
function checkGateway(options: Options): void {
  const [ofNetwork, ofSubnet] = ["", subnetPrefix].map(
    (prefix) => options[`${prefix}${disableGatewayOption}`],
  );
  if (ofNetwork === undefined || ofSubnet === undefined || isYes(ofNetwork) === isYes(ofSubnet)) return;
  throw new FairwayError(
    "invalid",
    `options disablegateway=${ofNetwork} and subnet:disablegateway=${ofSubnet} contradict each other; give one of them`,
  );
}

function checkName(name: string, isHandle: boolean): void {
  const own = name.startsWith(subnetPrefix) ? name.slice(subnetPrefix.length) : name;
  if (own.startsWith("x-") || networkOptions.some((option) => option.name === name)) return;
  if (isHandle && isEngineDriverOption(name)) return;
  if (engineDriverOptions.some((option) => option.name === name)) return;
  if (notYet.some((option) => option === name))
    throw new FairwayError("unsupported", `option ${name} is not supported by this version`);
  const names = [...networkOptions, ...engineDriverOptions].map((option) => option.name);
  const meant = nearestName(name, [...names, ...notYet]);
  if (meant === undefined) {
    if (isEngineDriverOption(name)) throw unknownEngineOption(name);
    return;
  }
  const free = name === own ? `x-${own}` : `${subnetPrefix}x-${own}`;
  throw new FairwayError(
    "invalid",
    `unknown option ${name}; did you mean ${meant}? (${free} is never taken for a mistake)`,
  );
}

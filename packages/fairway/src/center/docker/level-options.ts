import { z } from "zod";
import { FairwayError } from "../../errors.ts";
import { levelSeparator } from "../../level-names.ts";
import { option, readOptions } from "../option-text.ts";

const level = (name: string, takes: string) => option(z.string().min(1).optional(), { names: [name], takes });

/** Nuage's words for a subnet that was made beforehand (`docker network create --ipam-opt`): all of them are needed. */
export const levelOptionSpec = z.strictObject({
  organization: level("organization", "an organization's name; with `network`: as -o organization says"),
  domain: level("domain", "the name of a domain of the organization"),
  zone: level("zone", "the name of a zone of the domain"),
  subnet: level("subnet", "the name of a network in the zone"),
  /** Kept and shown; who may what is the center's to say. */
  user: level("user", "whose wish it is"),
});

const needed = ["organization", "domain", "zone", "subnet"] as const;

/** Whether options name one of the levels of which an organization has more than one. */
export function namesLevels(options: Readonly<Record<string, string>>): boolean {
  const { domain, zone, subnet } = readOptions(levelOptionSpec, options);
  return [domain, zone, subnet].some((each) => each !== undefined);
}

/** The full name of the network that an engine's pool is to be of; undefined where its options name none. Throws `invalid` naming what is missing. */
export function namedNetwork(options: Readonly<Record<string, string>>): string | undefined {
  const said = readOptions(levelOptionSpec, options);
  if (Object.values(said).every((each) => each === undefined)) return undefined;
  const missing = needed.find((name) => said[name] === undefined);
  if (missing === undefined) return needed.map((name) => said[name]).join(levelSeparator);
  throw new FairwayError(
    "invalid",
    `IPAM option ${missing} is missing: organization, domain, zone and subnet name a subnet together`,
  );
}

import { z } from "zod";
import { address } from "./address.ts";
import { components, text, uuid } from "./common.ts";
import { endpoint } from "./endpoint.ts";
import { host } from "./host.ts";
import { token } from "./member.ts";
import { network, subnet } from "./network.ts";
import { type Noun, nouns } from "./nouns.ts";
import { physicalNetwork } from "./physical-network.ts";
import { policy } from "./policy.ts";
import { principal } from "./principal.ts";
import { router } from "./router.ts";
import { securityGroup } from "./security-group.ts";
import { organization, zone } from "./tenancy.ts";
import { vip } from "./vip.ts";

/** Of these administrators alone hear, who alone may list them. */
export const administratorsNouns: readonly Noun[] = ["principal", "token"];
const noun = z.enum(nouns);

/** Where an event stands in the feed: `EPOCH-FEED.NUMBER`. Another feed begins with each center process. */
export const eventId = text(64, 1).regex(
  /^\d+-[0-9a-f]+\.\d+$/,
  "must be the id of an event, e.g. 3-9f2c51.17",
);

const change = z.strictObject({
  id: eventId,
  /** When it happened, by the center's clock. */
  time: z.iso.datetime(),
  type: z.enum(["created", "changed", "removed"]),
  noun,
  uuid,
  /** Of a subnet its CIDR, of an address the address itself, of an endpoint its MAC address, of a token its UUID. */
  name: z.string(),
  /** As `GET` shows it at this moment; null where it is gone by now, and of a subnet that is no network's (yet). */
  object: z
    .union([
      host,
      physicalNetwork,
      organization,
      router,
      zone,
      network,
      subnet,
      vip,
      securityGroup,
      policy,
      endpoint,
      address,
      principal,
      token,
    ])
    .nullable(),
});
export type ChangeEvent = z.infer<typeof change>;

/** What stands in the data of an event. */
export const event = z.discriminatedUnion("type", [
  change,
  /** Comes first: what changes from now on follows. */
  z.strictObject({ type: z.literal("ready"), id: eventId }),
  /** All before this id has been told. */
  z.strictObject({ type: z.literal("heartbeat"), id: eventId }),
  /** Comes last: the reader was too slow, and what it has not read is not remembered any more. */
  z.strictObject({ type: z.literal("cut"), id: eventId, reason: z.string() }),
]);
export type Event = z.infer<typeof event>;
components.add(event, { id: "Event" });

/** Which nouns a reader wants, once or several times in a query; all by default. */
export const nounFilter = z
  .union([noun, z.array(noun).max(nouns.length)])
  .transform((given) => (typeof given === "string" ? [given] : given))
  .pipe(z.array(noun))
  .optional();

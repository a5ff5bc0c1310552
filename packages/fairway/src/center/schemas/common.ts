import { z } from "zod";
import { text } from "../../fields.ts";
import { longestKey, longestValue, mostEntries } from "../../free-text.ts";

export { cidr, hostName, ipAddress, sources, text } from "../../fields.ts";

/** Requests and answers by the names under which the OpenAPI document describes them. */
export const components = z.registry<{ readonly id: string }>();

export const uuid = z.uuid();

/** Docker's ids of networks, endpoints and containers: 64 hexadecimal digits. */
export const engineId = z.string().regex(/^[0-9a-f]{64}$/, "must be an engine's id of 64 hexadecimal digits");

/** Of one NIC: the kernel refuses a group's (its first byte is odd, IEEE 802) and the one of zeros. */
export const macAddress = z
  .string()
  .max(17)
  .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, "must be a MAC address, e.g. 02:42:ac:11:00:02")
  .refine(
    (mac) => /^.[02468ace]/i.test(mac) && !/^[0:]*$/.test(mac),
    "must be a single NIC's MAC address, whose first byte is even, e.g. 02:42:ac:11:00:02",
  );

/** Few entries: a body full of wrong ones must not be costly to refuse. */
export const stringMap = z
  .record(text(longestKey), text(longestValue))
  .refine((map) => Object.keys(map).length <= mostEntries, `must have at most ${mostEntries} entries`);

/** A part of a query that is `true` or `false`; false when it is absent. */
export const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((text) => text === "true")
  .pipe(z.boolean());

/** The query of a request that changes something. `?dry-run` alone says yes. */
export const changeQuery = z.strictObject({
  "dry-run": z
    .enum(["", "true", "false"])
    .default("false")
    .transform((text) => text !== "false")
    .pipe(z.boolean())
    .describe("Answers what would be, and changes nothing"),
});

/** An object's UUID that its maker chose; kept in lower case, as the database writes it. */
export const ownUuid = z.uuid().overwrite((text) => text.toLowerCase());

/** As many changes make one transaction at most: they are planned in one stretch, and Docker's calls wait meanwhile. */
export const mostChanges = 1_000;

/** A port of TCP, UDP or SCTP. */
export const portNumber = z.int().min(1).max(65_535);

/** IP family, as Docker's `V6` says. */
export const family = z.union([z.literal(4), z.literal(6)]);

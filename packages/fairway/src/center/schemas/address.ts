import { z } from "zod";
import { addressPurposes } from "./address-purposes.ts";
import { cidr, components, family, hostName, ipAddress, ownUuid, stringMap, text, uuid } from "./common.ts";
import { publishedPort } from "./endpoint.ts";
import { patched } from "./spec-shapes.ts";

/** Who has an address. */
const holder = z.strictObject({
  kind: z.enum(["container", "port", "gateway", "auxiliary", "reservation", "router", "vip"]),
  /** Of the container, port or router; of a reservation its note. Empty where nothing is known. */
  name: z.string(),
  host: hostName.nullable(),
});
export type AddressHolder = z.infer<typeof holder>;

/** An address in use. */
export const address = z.strictObject({
  uuid,
  /** Bare. */
  ip: ipAddress,
  /** `auxiliary`: what a network keeps for something that is no container. `further`: what an endpoint has beside its own addresses. `vip`: what its members have in turn. */
  purpose: z.enum(addressPurposes),
  subnet: z.strictObject({ uuid, cidr }),
  /** Null where no network has bound the subnet. */
  network: z.strictObject({ uuid, name: z.string() }).nullable(),
  /** The endpoint that has it; null where it has none, or none yet. */
  endpoint: uuid.nullable(),
  /** Null where nobody has it, or nobody yet. */
  holder: holder.nullable(),
  /** The host that took it; null where none did. */
  host: hostName.nullable(),
  /** The ports of its host that lead to it. */
  published: z.array(publishedPort),
  /** For whom or what it is reserved; empty where it is not. */
  note: z.string(),
  labels: stringMap,
  /** Since when its holder has it; null where it has none, or had it before this was written down. */
  since: z.iso.datetime().nullable(),
  /** When it is free again unless an endpoint takes it; null where it stays. */
  expires: z.iso.datetime().nullable(),
  /** Another one after each change of what it is for. */
  revision: z.string(),
});
export type Address = z.infer<typeof address>;
components.add(address, { id: "Address" });

/** What may change of a reservation. */
const reservationFields = {
  /** For whom or what, e.g. "printer in room 4". */
  note: text(255).default(""),
  labels: stringMap.default({}),
  /** When it ends by itself; null: never. */
  expires: z.iso.datetime({ offset: true }).nullable().default(null),
} as const;

/** An address that is kept for something outside the engines. */
export const newReservation = z.strictObject({
  /** A UUID of the caller's choice: with it the same request may be made again. */
  id: ownUuid.optional(),
  network: text(255, 1).describe("A network's name or UUID"),
  /** Of the network, by its CIDR or UUID; absent: the one in which the address lies, or one that has a free address. */
  subnet: text(255, 1).optional(),
  /** Absent: the next free one. */
  ip: ipAddress.optional(),
  /** Where neither subnet nor address is said: of which family; IPv4 by default, or what the network has. */
  family: family.optional(),
  ...reservationFields,
});
export type NewReservation = z.output<typeof newReservation>;
components.add(newReservation, { id: "NewReservation" });

/** A change of a reservation (RFC 7396); its address stays. */
export const reservationPatch = z.strictObject(patched(reservationFields));
export type ReservationPatch = z.output<typeof reservationPatch>;
components.add(reservationPatch, { id: "ReservationPatch" });

/** Who had an address of a network, or has it. */
export const addressUse = z.strictObject({
  uuid,
  ip: ipAddress,
  /** As it was called at the end. The network may be gone. */
  network: z.strictObject({ uuid, name: z.string() }),
  subnet: cidr,
  holder,
  endpoint: uuid.nullable(),
  /** Null: from before this was written down. */
  since: z.iso.datetime().nullable(),
  /** Null: it has the address still. */
  until: z.iso.datetime().nullable(),
});
export type AddressUse = z.infer<typeof addressUse>;
components.add(addressUse, { id: "AddressUse" });

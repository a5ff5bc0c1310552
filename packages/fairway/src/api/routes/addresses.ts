import { z } from "zod";
import { address, addressUse, newReservation, reservationPatch } from "../../center/schemas/address.ts";
import { addressPurposes } from "../../center/schemas/address-purposes.ts";
import { changeQuery, hostName, ipAddress, text } from "../../center/schemas/common.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { pageQuery } from "../../center/schemas/page.ts";
import { route } from "./route.ts";

const params = z.object({
  reference: text(320).describe(
    "A UUID or an unambiguous start of one, or an address: `10.1.0.9`, `10.1.0.9@blue`",
  ),
});

export const listAddresses = route({
  method: "GET",
  url: "/v1/addresses",
  summary: "Lists the addresses in use, and those that rest.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: z.strictObject({
    network: text(255).optional().describe("Only those on this network"),
    subnet: text(320).optional().describe("Only those of this subnet"),
    host: hostName.optional().describe("Only those that this host took"),
    endpoint: text(255)
      .optional()
      .describe("Only those of this container or port, by its name, or of this endpoint, by its UUID"),
    purpose: z.enum(addressPurposes).optional().describe("Only those for this"),
    ...pageQuery,
  }),
  status: 200,
  answer: z.array(address),
  after: keyInList.address,
  handle: (center, { query, context }) => center.addresses.list(query, context),
});

export const showAddress = route({
  method: "GET",
  url: "/v1/addresses/:reference",
  summary: "Shows an address in use.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  params,
  status: 200,
  answer: address,
  handle: (center, { params, context }) => center.addresses.show(params.reference, context),
});

export const reserveAddress = route({
  method: "POST",
  url: "/v1/addresses",
  summary:
    "Reserves an address, or the next free one, for something outside the engines. With an `id` it may be asked for again.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  query: changeQuery,
  body: newReservation,
  example: { network: "blue", ip: "10.1.0.9", note: "printer", labels: { room: "4" } },
  status: 201,
  answer: address,
  handle: (center, { query, body, context }) =>
    center.reservations.reserve(body, { isDry: query["dry-run"] }, context),
});

export const updateReservation = route({
  method: "PATCH",
  url: "/v1/addresses/:reference",
  summary: "Changes a reservation's note, labels or end by a JSON merge patch (RFC 7396).",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  body: reservationPatch,
  example: { note: "printer in room 5", labels: { room: "5" }, expires: null },
  status: 200,
  answer: address,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.reservations.update(params.reference, body, { isDry: query["dry-run"], revisions }, context),
});

export const releaseReservation = route({
  method: "DELETE",
  url: "/v1/addresses/:reference",
  summary: "Ends a reservation. Returns the address as it was.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  status: 200,
  answer: address,
  isConditional: true,
  handle: (center, { params, query, revisions, context }) =>
    center.reservations.release(params.reference, { isDry: query["dry-run"], revisions }, context),
});

export const listAddressHistory = route({
  method: "GET",
  url: "/v1/address-history",
  summary: "Lists who had the addresses of networks, and who has them.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: z.strictObject({
    ip: ipAddress.optional().describe("Only of this address"),
    network: text(255).optional().describe("Only of this network, by the name that it had, or its UUID"),
    holder: text(255, 1)
      .optional()
      .describe("Only what containers and ports of this name had; `*` stands for any letters"),
    at: z.iso.datetime({ offset: true }).optional().describe("Only who had it at this time"),
    ...pageQuery,
  }),
  status: 200,
  answer: z.array(addressUse),
  after: keyInList.addressUse,
  handle: (center, { query, context }) => center.addresses.history(query, context),
});

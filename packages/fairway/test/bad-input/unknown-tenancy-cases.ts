import { type Case, refused } from "./unknown-id-case.ts";

const noOrganization = (path: string, body?: unknown) =>
  refused(404, path, /^no organization "Enterprize"; did you mean "Enterprise"\?$/, body);
const noZone = (body?: unknown) =>
  refused(
    404,
    `/v1/zones/${encodeURIComponent("Enterprise/Domain/Zome")}`,
    /^no zone "Enterprise\/Domain\/Zome"; did you mean "Enterprise\/Domain\/Zone"\?$/,
    body,
  );

/** By operation: what organizations, domains and zones answer to names of what is not there. */
export const tenancyCases: Readonly<Record<string, readonly Case[]>> = {
  listOrganizations: [],
  createOrganization: [],
  putOrganization: [],
  showOrganization: [noOrganization("/v1/organizations/Enterprize")],
  updateOrganization: [noOrganization("/v1/organizations/Enterprize", {})],
  removeOrganization: [noOrganization("/v1/organizations/Enterprize")],
  listZones: [],
  createZone: [
    refused(404, "/v1/zones", /^no router "Enterprise\/Domane"; did you mean "Enterprise\/Domain"\?$/, {
      name: "Enterprise/Domane/Zone",
    }),
  ],
  putZone: [
    refused(
      404,
      `/v1/zones/${encodeURIComponent("Enterprise/Domane/Zone")}`,
      /^no router "Enterprise\/Domane"/,
      {},
    ),
  ],
  showZone: [noZone()],
  updateZone: [noZone({})],
  removeZone: [noZone()],
  createRouter: [noOrganization("/v1/routers", { name: "Enterprize/Domain" })],
  putRouter: [noOrganization(`/v1/routers/${encodeURIComponent("Enterprize/Domain")}`, {})],
};

import { type Case, refused } from "./unknown-id-case.ts";

const noGroup = (path = "", body?: unknown) =>
  refused(404, `/v1/security-groups/wbe${path}`, /^no group "wbe"; did you mean "web"\?$/, body);
const noMember = refused(
  404,
  "/v1/security-groups/web/members/nobody",
  /^no endpoint "nobody"; `fairway endpoint ls` lists them$/,
);

const noPolicy = (body?: unknown) =>
  refused(404, "/v1/policies/baselin", /^no policy "baselin"; did you mean "baseline"\?$/, body);
const noOrganization = (path: string, body: unknown) =>
  refused(404, path, /^no organization "Enterprize"; did you mean "Enterprise"\?$/, body);
const wrongPeers = ["group wbe", "zone Enterprise/Domain/Zome", "network bleu"];

/** By operation: what policies answer to names of what is not there. */
export const policyCases: Readonly<Record<string, readonly Case[]>> = {
  listPolicies: [],
  createPolicy: [noOrganization("/v1/policies", { name: "Enterprize/baseline" })],
  putPolicy: [noOrganization(`/v1/policies/${encodeURIComponent("Enterprize/baseline")}`, {})],
  showPolicy: [noPolicy()],
  updatePolicy: [
    noPolicy({}),
    ...wrongPeers.map((peer) =>
      refused(404, "/v1/policies/baseline", new RegExp(`^no ${peer.replace(" ", ' "')}"; did you mean "`), {
        rules: { [`ingress any from ${peer}`]: "allow" },
      }),
    ),
  ],
  removePolicy: [noPolicy()],
};

const noVip = (body?: unknown) =>
  refused(404, "/v1/vips/10.1.0.9@blue", /^no VIP "10\.1\.0\.9@blue"; `fairway vip ls` lists them$/, body);

/** By operation: what VIPs answer to names of what is not there. */
export const vipCases: Readonly<Record<string, readonly Case[]>> = {
  listVips: [refused(404, "/v1/vips?network=bleu", /^no network "bleu"; did you mean "blue"\?$/)],
  createVip: [
    refused(404, "/v1/vips", /^no network "bleu"; did you mean "blue"\?$/, {
      network: "bleu",
      ip: "10.1.0.9",
    }),
    refused(404, "/v1/vips", /^no container or port "nobody" is on network blue; `fairway endpoint ls/, {
      network: "blue",
      ip: "10.1.0.9",
      members: ["nobody"],
    }),
    refused(
      400,
      "/v1/vips",
      /^ip must be one that a container can have on network blue \(10\.1\.0\.0\/24\)/,
      {
        network: "blue",
        ip: "10.2.0.9",
      },
    ),
  ],
  showVip: [noVip()],
  updateVip: [noVip({})],
  removeVip: [noVip()],
};

/** By operation: what security groups answer to names of what is not there. */
export const groupCases: Readonly<Record<string, readonly Case[]>> = {
  listSecurityGroups: [],
  createSecurityGroup: [noOrganization("/v1/security-groups", { name: "Enterprize/web" })],
  putSecurityGroup: [noOrganization(`/v1/security-groups/${encodeURIComponent("Enterprize/web")}`, {})],
  showSecurityGroup: [noGroup()],
  updateSecurityGroup: [
    noGroup("", {}),
    ...wrongPeers.map((peer) =>
      refused(404, "/v1/security-groups/web", new RegExp(`^no ${peer.replace(" ", ' "')}"; did you mean "`), {
        rules: { [`ingress any from ${peer}`]: "allow" },
      }),
    ),
  ],
  removeSecurityGroup: [noGroup()],
  joinSecurityGroup: [noGroup("/members/nobody"), noMember],
  leaveSecurityGroup: [noGroup("/members/nobody"), noMember],
};

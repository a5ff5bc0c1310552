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

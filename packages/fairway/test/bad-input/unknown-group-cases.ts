import { type Case, refused } from "./unknown-id-case.ts";

const noGroup = (path = "", body?: unknown) =>
  refused(404, `/v1/security-groups/wbe${path}`, /^no group "wbe"; did you mean "web"\?$/, body);
const noMember = refused(
  404,
  "/v1/security-groups/web/members/nobody",
  /^no endpoint "nobody"; `fairway endpoint ls` lists them$/,
);

/** By operation: what security groups answer to names of what is not there. */
export const groupCases: Readonly<Record<string, readonly Case[]>> = {
  listSecurityGroups: [],
  createSecurityGroup: [
    refused(404, "/v1/security-groups", /^no organization "Enterprize"; did you mean "Enterprise"\?$/, {
      name: "Enterprize/web",
    }),
  ],
  putSecurityGroup: [
    refused(
      404,
      `/v1/security-groups/${encodeURIComponent("Enterprize/web")}`,
      /^no organization "Enterprize"; did you mean "Enterprise"\?$/,
      {},
    ),
  ],
  showSecurityGroup: [noGroup()],
  updateSecurityGroup: [
    noGroup("", {}),
    ...["group wbe", "zone Enterprise/Domain/Zome", "network bleu"].map((peer) =>
      refused(404, "/v1/security-groups/web", new RegExp(`^no ${peer.replace(" ", ' "')}"; did you mean "`), {
        rules: { [`ingress any from ${peer}`]: "allow" },
      }),
    ),
  ],
  removeSecurityGroup: [noGroup()],
  joinSecurityGroup: [noGroup("/members/nobody"), noMember],
  leaveSecurityGroup: [noGroup("/members/nobody"), noMember],
};

import { type Case, refused } from "./unknown-id-case.ts";

const noGroup = (path = "", body?: unknown) =>
  refused(404, `/v1/security-groups/wbe${path}`, /^no group "wbe"; did you mean "web"\?$/, body);
const noMember = refused(
  404,
  "/v1/security-groups/web/members/nobody",
  /^no endpoint "nobody"; `fairway endpoint ls` lists them$/,
);

const noVip = (body?: unknown) =>
  refused(404, "/v1/vips/10.1.0.9@blue", /^no vip "10\.1\.0\.9@blue"; `fairway vip ls` lists them$/, body);

/** By operation: what VIPs answer to names of what is not there. */
export const vipCases: Readonly<Record<string, readonly Case[]>> = {
  listVips: [refused(404, "/v1/vips?network=bleu", /^no network "bleu"; did you mean "blue"\?$/)],
  createVip: [
    refused(404, "/v1/vips", /^no network "bleu"; did you mean "blue"\?$/, { network: "bleu", ip: "10.1.0.9" }),
    refused(404, "/v1/vips", /^no container or port "nobody" is on network blue; `fairway endpoint ls/, {
      network: "blue",
      ip: "10.1.0.9",
      members: ["nobody"],
    }),
    refused(400, "/v1/vips", /^ip must be one that a container can have on network blue \(10\.1\.0\.0\/24\)/, {
      network: "blue",
      ip: "10.2.0.9",
    }),
  ],
  showVip: [noVip()],
  updateVip: [noVip({})],
  removeVip: [noVip()],
};

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

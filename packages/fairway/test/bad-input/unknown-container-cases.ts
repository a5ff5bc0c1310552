import { randomUUID } from "node:crypto";
import { engineId } from "../center.ts";
import { type Case, gone, refused } from "./unknown-id-case.ts";

const noEndpoint = /^no endpoint "web"; `fairway endpoint ls` lists them$/;

/** Of the ports of containers. */
export const containerPortCases: Readonly<Record<string, readonly Case[]>> = {
  restrictPublishedPort: [
    refused(404, "/v1/endpoints/web/publish-from", noEndpoint, {
      hostPort: 8080,
      from: null,
    }),
  ],
  publishPort: [
    refused(404, "/v1/endpoints/web/ports", noEndpoint, {
      port: 80,
      hostPort: 8080,
    }),
  ],
  unpublishPort: [refused(404, "/v1/endpoints/web/ports?hostPort=8080", noEndpoint)],
  reportPublications: [
    {
      ...gone("/v1/hosts/node-1/publications"),
      body: { publications: [{ publication: randomUUID(), trouble: null }] },
    },
  ],
  listKeptContainers: [
    refused(404, "/v1/hosts/node-9/containers", /^no host "node-9"; did you mean "node-1"\?$/),
  ],
  forgetContainer: [gone(`/v1/hosts/node-1/containers/${engineId()}`)],
};

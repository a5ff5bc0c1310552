import { z } from "zod";
import { hostName } from "../../center/schemas/common.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import {
  joinRequest,
  membership,
  newToken,
  renewal,
  renewalRequest,
  token,
  tokenRequest,
} from "../../center/schemas/member.ts";
import { pageQuery } from "../../center/schemas/page.ts";
import { route } from "./route.ts";

const tokenParams = z.object({
  token: z.string().regex(/^[0-9a-f][0-9a-f-]{3,35}$/, "must be a token's UUID, or 4 digits of its start"),
});

const exampleRequest =
  "-----BEGIN CERTIFICATE REQUEST-----\nMIHNMHUCAQAw…\n-----END CERTIFICATE REQUEST-----\n";

export const createToken = route({
  method: "POST",
  url: "/v1/tokens",
  summary: "Creates a token with which one machine may join. No other answer shows the token itself.",
  access: "root",
  body: tokenRequest,
  example: { role: "host", lifetime: 3600 },
  status: 201,
  answer: newToken,
  handle: (center, { body, context }) => center.tokens.create(body, context),
});

export const listTokens = route({
  method: "GET",
  url: "/v1/tokens",
  summary: "Lists the join tokens without their secrets.",
  access: "root",
  query: z.strictObject({
    state: token.shape.state.optional().describe("Only those in this state"),
    ...pageQuery,
  }),
  status: 200,
  answer: z.array(token),
  after: keyInList.token,
  handle: (center, { query, context }) => center.tokens.list(query, context),
});

export const showToken = route({
  method: "GET",
  url: "/v1/tokens/:token",
  summary: "Shows a join token without its secret.",
  access: "root",
  params: tokenParams,
  status: 200,
  answer: token,
  handle: (center, { params, context }) => center.tokens.show(params.token, context),
});

export const removeToken = route({
  method: "DELETE",
  url: "/v1/tokens/:token",
  summary: "Removes a join token.",
  access: "root",
  params: tokenParams,
  status: 204,
  handle: (center, { params, context }) => center.tokens.remove(params.token, context),
});

export const join = route({
  method: "POST",
  url: "/v1/join",
  summary: "Makes the machine that shows a token a host, and gives it a certificate.",
  access: "stranger",
  body: joinRequest,
  example: {
    name: "node-2",
    secret: "Vw1b0kQh3yJb8m5cZ2n4tA",
    systemId: "8a4c5f9e-node-2",
    tunnelAddress: "192.0.2.12",
    encapsulations: ["geneve"],
    request: exampleRequest,
    version: "0.1.0",
    time: "2026-11-25T12:00:00.000Z",
  },
  status: 201,
  answer: membership,
  handle: (center, { body }) => center.members.join(body),
});

export const renewCertificate = route({
  method: "PUT",
  url: "/v1/hosts/:host/certificate",
  summary: "Gives a host another certificate for the key with which the cluster admitted it.",
  access: "expired certificate",
  params: z.object({ host: hostName }),
  body: renewalRequest,
  example: { request: exampleRequest },
  status: 200,
  answer: renewal,
  handle: (center, { params, body, context }) => center.members.renew(params.host, body, context),
});

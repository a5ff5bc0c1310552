import { z } from "zod";
import { hostName } from "../../service/schemas/common.ts";
import {
  joinRequest,
  membership,
  newToken,
  renewal,
  renewalRequest,
  token,
  tokenRequest,
} from "../../service/schemas/member.ts";
import { type Route, route } from "./route.ts";

const exampleRequest =
  "-----BEGIN CERTIFICATE REQUEST-----\nMIHNMHUCAQAw…\n-----END CERTIFICATE REQUEST-----\n";

/** The one route that is for machines which the cluster does not know. */
export const joinUrl = "/v1/join";
export const renewUrl = "/v1/hosts/:host/certificate";

export const memberRoutes: readonly Route[] = [
  route({
    method: "POST",
    url: "/v1/tokens",
    operation: "createToken",
    summary: "Makes a token with which one machine may join, and tells it, which nothing does again",
    body: tokenRequest,
    example: { role: "host", lifetime: 3600 },
    status: 201,
    answer: newToken,
    handle: (service, { body, context }) => service.createToken(body, context),
  }),
  route({
    method: "GET",
    url: "/v1/tokens",
    operation: "listTokens",
    summary: "Lists the join tokens, without what is secret of them",
    status: 200,
    answer: z.array(token),
    handle: (service, { context }) => service.listTokens(context),
  }),
  route({
    method: "DELETE",
    url: "/v1/tokens/:token",
    operation: "removeToken",
    summary: "Removes a join token",
    params: z.object({
      token: z
        .string()
        .regex(/^[0-9a-f][0-9a-f-]{3,35}$/, "must be a token's UUID, or 4 digits of its start"),
    }),
    status: 204,
    handle: (service, { params, context }) => service.removeToken(params.token, context),
  }),
  route({
    method: "POST",
    url: joinUrl,
    operation: "join",
    summary: "Makes the machine that shows a token a host, and gives it a certificate",
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
    handle: (service, { body, context }) => service.join(body, context),
  }),
  route({
    method: "PUT",
    url: renewUrl,
    operation: "renewCertificate",
    summary: "Gives a host another certificate for the key that it was admitted with",
    params: z.object({ host: hostName }),
    body: renewalRequest,
    example: { request: exampleRequest },
    status: 200,
    answer: renewal,
    handle: (service, { params, body, context }) => service.renewCertificate(params.host, body, context),
  }),
];

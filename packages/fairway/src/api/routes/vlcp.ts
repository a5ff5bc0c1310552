import { z } from "zod";
import { text } from "../../center/schemas/common.ts";
import { answerBy } from "../vlcp/calls.ts";
import { parametersOf } from "../vlcp/parameters.ts";
import { route } from "./route.ts";

export const callVlcp = route({
  method: "POST",
  url: "/v1/vlcp/:target/:call",
  summary: "Answers one of VLCP's calls, as `/TARGET/CALL` does where VLCP's calls are switched on.",
  access: "any host",
  role: "viewer",
  params: z.object({
    target: z.enum(["viperflow", "vrouterapi"]),
    call: text(64, 1).describe("What is done: `createsubnet`"),
  }),
  body: z.record(z.string(), z.unknown()).describe("The call's parameters by name, without backquotes"),
  example: { physicalnetwork: "vlan", id: "network_a" },
  status: 200,
  answer: z.strictObject({ result: z.unknown() }),
  handle: async (center, { params: { target, call }, body, context }) => ({
    result: await answerBy(center)(`${target}/${call}`, parametersOf(Object.entries(body)), context),
  }),
});

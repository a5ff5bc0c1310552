import { type Check, fail, firstFew, ok } from "./finding.ts";

export const downPorts: Check = {
  name: "down ports",
  about:
    "Endpoints whose port is down because another has one of their addresses: it was given away while this machine was away, or the center had forgotten them",
  look: async (site) => {
    const items = await site.hostItems.need();
    const down = items.flatMap((item) =>
      item.kind === "endpoint" && item.down !== undefined
        ? [`${item.endpoint.slice(0, 8)} is ${item.down}`]
        : [],
    );
    if (down.length === 0) return ok("none");
    return fail(
      firstFew(down),
      "`docker restart` of the container that `fairway endpoint show ID` names gives it another address",
    );
  },
};

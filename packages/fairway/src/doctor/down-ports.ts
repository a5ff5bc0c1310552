import { type Check, fail, firstFew, ok } from "./finding.ts";

export const downPorts: Check = {
  name: "down ports",
  about:
    "Endpoints whose port is down because another endpoint has one of their addresses: it became free while this host was down, or the center had forgotten it",
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

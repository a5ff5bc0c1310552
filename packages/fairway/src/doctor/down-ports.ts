import { type Check, fail, ok } from "./finding.ts";

const shownAtMost = 3;

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
    const more = down.length > shownAtMost ? `; and ${down.length - shownAtMost} more` : "";
    return fail(
      down.slice(0, shownAtMost).join("; ") + more,
      "`docker restart` of the container that `fairway endpoint show ID` names gives it another address",
    );
  },
};

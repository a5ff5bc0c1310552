import { type Check, fail, ok } from "./finding.ts";

const shownAtMost = 3;

export const owners: Check = {
  name: "owners",
  about: "Rows of the center's database for which nobody is responsible: nothing would ever take them away",
  look: async (site) => {
    if (site.isRemote) return ok("looked at on the center");
    const { unowned } = await site.status.need();
    if (unowned.length === 0) return ok("every row has an owner or an expiry");
    const told = unowned
      .slice(0, shownAtMost)
      .map(({ table, uuid, why }) => `${table} ${uuid.slice(0, 8)}: ${why}`);
    const more = unowned.length > shownAtMost ? [`and ${unowned.length - shownAtMost} more`] : [];
    return fail(
      [...told, ...more].join("; "),
      "report this fault with the center's log; `fairway status -o json` lists the rows",
    );
  },
};

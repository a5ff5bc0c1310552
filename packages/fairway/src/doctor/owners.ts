import { type Check, fail, firstFew, ok } from "./finding.ts";

export const owners: Check = {
  name: "owners",
  about: "On the center: rows of its database that nothing would ever remove",
  look: async (site) => {
    if (site.isRemote) return ok("looked at on the center");
    const { unowned } = await site.status.need();
    if (unowned.length === 0) return ok("every row has an owner or an expiry");
    const told = unowned.map(({ table, uuid, why }) => `${table} ${uuid.slice(0, 8)}: ${why}`);
    return fail(
      firstFew(told),
      "report this fault with the center's log; `fairway status -o json` lists the rows",
    );
  },
};

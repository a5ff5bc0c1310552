import { type Check, fail, firstFew, ok } from "./finding.ts";

export const portBindings: Check = {
  name: "port bindings",
  about:
    "On the center: whether a host's key was used to take ports of other hosts in OVN's Southbound, since the center started",
  look: async (site) => {
    if (site.isRemote) return ok("looked at on the center");
    const { foreignBindings } = await site.status.need();
    const [first] = foreignBindings;
    if (first === undefined) return ok("every port is with its host");
    const told = foreignBindings.map(({ host, chassis, what }) => {
      const who = chassis === null ? "some host" : `chassis ${chassis}`;
      return `${host === null ? who : `host ${host}`} ${what}`;
    });
    const named = foreignBindings.find(({ host }) => host !== null)?.host ?? "NAME";
    return fail(
      firstFew(told),
      `each time the center took it back. Look at that host; if others have its key, revoke it: fairway host rm ${named} --force. Any host's key can ` +
        "do so in another one's name",
    );
  },
};

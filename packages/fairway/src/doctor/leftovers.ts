import { Ports } from "../agent/ports/ports.ts";
import { type Check, ok, warn } from "./finding.ts";
import type { Site } from "./site.ts";

const shownAtMost = 3;

export const leftovers: Check = {
  name: "leftovers",
  about: "Links and ports of endpoints that are gone, and endpoints whose link is gone",
  look: async (site) => {
    const before = await present(site);
    const items = await site.hostItems.need();
    // What is being made or removed at this moment differs the second time.
    const after = await present(site);
    const wanted = new Set(items.flatMap((item) => (item.kind === "endpoint" ? [item.endpoint] : [])));
    const dead = [...before.own].filter((endpoint) => after.own.has(endpoint) && !wanted.has(endpoint));
    const bare = [...wanted].filter((endpoint) => !before.links.has(endpoint) && !after.links.has(endpoint));
    if (dead.length > 0) return warn(`of endpoints that are gone: ${some(dead)}`, "fairway cleanup");
    if (bare.length > 0)
      return warn(
        `endpoints without their link: ${some(bare)}`,
        `restart the container that \`fairway endpoint show ${bare[0]?.slice(0, 8)}\` names`,
      );
    return ok("none");
  },
};

/** Endpoints that have a link here, and those that have a link or a port. */
async function present(
  site: Site,
): Promise<{ readonly links: ReadonlySet<string>; readonly own: Set<string> }> {
  const openVSwitch = await site.openVSwitch.need();
  const links = new Set((await site.links.list()).keys());
  const ports = new Ports(openVSwitch, site.config.openvswitch.bridge).list();
  return { links, own: links.union(ports) };
}

function some(endpoints: readonly string[]): string {
  const more = endpoints.length - shownAtMost;
  const shown = endpoints.slice(0, shownAtMost).map((uuid) => uuid.slice(0, 8));
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

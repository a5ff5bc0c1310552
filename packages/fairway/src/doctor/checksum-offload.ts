import { counted } from "../counted.ts";
import { offloadsTransmitChecksum } from "../host/offload.ts";
import { type Check, fail, ok } from "./finding.ts";
import { findBridge } from "./open-vswitch.ts";

const shownAtMost = 3;

export const offload: Check = {
  name: "checksum offload",
  about: "Whether containers' links have transmit checksum offload off, if the datapath is in userspace",
  look: async (site) => {
    if ((await findBridge(site))?.datapath_type !== "netdev") return ok("not needed by this datapath");
    const names = Array.from((await site.links.list()).values(), ({ name }) => name);
    const on = names.filter((name) => offloadsTransmitChecksum(name) === true);
    if (on.length === 0) return ok(`off on ${counted(names.length, "link")}`);
    const shown = `${on.slice(0, shownAtMost).join(", ")}${on.length > shownAtMost ? ", …" : ""}`;
    return fail(
      `on at ${shown}: TCP and UDP of these containers get lost while ping works`,
      `for link in ${on.join(" ")}; do ethtool -K $link tx off; done`,
    );
  },
};

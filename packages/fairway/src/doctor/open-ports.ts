import { neededPorts, shutPorts } from "../agent/firewall/needed-ports.ts";
import { tunnelAddressIn, tunnelEnds } from "../host/open-vswitch/open-vswitch.ts";
import { Blocked, type Check, fail, ok } from "./finding.ts";
import { externalIds } from "./open-vswitch.ts";

export const openPorts: Check = {
  name: "open ports",
  about:
    "Whether this machine's firewall lets in what other hosts send: tunnels, on the center the API and OVN's Southbound",
  look: async (site) => {
    const { replica } = await site.openVSwitch.need();
    const address = tunnelAddressIn(await externalIds(site));
    if (address === undefined)
      throw new Blocked("not looked at: Open vSwitch has no external_ids:ovn-encap-ip");
    const { enabled, listen } = site.config.center;
    const ports = neededPorts(replica, enabled ? listen.map(({ port }) => port) : []);
    if (ports.length === 0) return ok("other hosts need none of this machine's firewall");
    const shut = await shutPorts({ address, ports, peers: tunnelEnds(replica) });
    if (shut !== undefined) return fail(shut.seen, shut.mend);
    const names = ports.map(({ protocol, port }) => `${protocol.toUpperCase()} ${port}`);
    return ok(`no rule of this machine drops ${names.join(", ")}`);
  },
};

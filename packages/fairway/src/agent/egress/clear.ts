import { Netlink } from "../netlink.ts";
import { Firewall } from "./firewall.ts";
import { withdrawForwarded } from "./forward-accept.ts";
import { endForwarding } from "./kernel-settings.ts";
import { Routing } from "./routing.ts";

/** Takes back what this host's routing rules and firewalls have of ours, whatever it was for: Fairway does not run here any more. */
export async function clearEgress(): Promise<void> {
  using netlink = new Netlink();
  const routing = new Routing(netlink);
  await routing.removeRulesExcept(new Set());
  await routing.lookForContainers(new Set());
  await new Firewall().remove();
  await withdrawForwarded();
  endForwarding();
}

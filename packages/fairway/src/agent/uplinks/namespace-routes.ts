import { unlessNotFound } from "../../errors.ts";
import { openNetlinkAt } from "../../host/netlink/namespace.ts";
import { Routing } from "./routing.ts";

/**
 * Where the routes of a network namespace lead, but to its own addresses.
 * @param path its file; where there is none, nothing is led anywhere.
 * @throws `unsupported` where it cannot be entered.
 */
export async function destinationsIn(path: string): Promise<ReadonlySet<string>> {
  const opened = await unlessNotFound((async () => openNetlinkAt(path))());
  if (opened === undefined) return new Set();
  using netlink = opened;
  return await new Routing(netlink).destinations();
}

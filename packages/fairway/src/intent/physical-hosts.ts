import { fact } from "./view.ts";

/** The hosts that have an interface on a physical network, by UUID: those with a port of their own there, or all where one is for all. */
export const hostsOnWire = fact((view, physicalNetwork: string): readonly string[] => {
  const ports = view.find("Physical_Port", "byPhysicalNetwork", physicalNetwork);
  const all = ports.some(({ host }) => host === null);
  const hosts = all
    ? Array.from(view.rows("Host"), ({ _uuid }) => _uuid)
    : ports.flatMap(({ host }) => host ?? []);
  return [...new Set(hosts)].sort();
});

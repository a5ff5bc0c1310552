/** The names under which an engine may know Fairway: its own, and those of the plugins in whose place it can stand. */
export const driverNames = ["fairway", "vlcp", "nuage", "nuage-ipam", "ovs", "opencontrail"] as const;
export type DriverName = (typeof driverNames)[number];

/** By which Fairway's sockets are told from another plugin's of the same name. */
export const vendor = "Fairway";

/** What the plugin of a name said that it is, when an engine asked (`Plugin.Activate`). */
const roles: Readonly<Record<DriverName, { readonly network: boolean; readonly ipam: boolean }>> = {
  fairway: { network: true, ipam: true },
  vlcp: { network: true, ipam: true },
  nuage: { network: true, ipam: false },
  "nuage-ipam": { network: false, ipam: true },
  ovs: { network: true, ipam: false },
  opencontrail: { network: true, ipam: false },
};

/** Whether engines make networks under a name. */
export function isNetworkDriver(name: DriverName): boolean {
  return roles[name].network;
}

/** Whether engines ask for addresses under a name. */
export function isIpamDriver(name: DriverName): boolean {
  return roles[name].ipam;
}

/** The IPAM driver that goes with a network driver: Fairway's own, where the plugin had none. */
export function ipamDriverOf(name: DriverName): DriverName {
  if (isIpamDriver(name)) return name;
  return name === "nuage" ? "nuage-ipam" : "fairway";
}

/** A name that was kept; undefined where there is none, or nobody here knows it. */
export function asDriverName(name: string | null): DriverName | undefined {
  return driverNames.find((each) => each === name);
}

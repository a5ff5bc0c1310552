import { restartService } from "./machine-services.ts";
import type { ChassisSettings, OpenVSwitchSettings } from "./open-vswitch.ts";

/** Takes out of Open vSwitch what was set there for the cluster. What somebody set anew stays. */
export async function withdrawSettings(
  openVSwitch: OpenVSwitchSettings,
  settings: ChassisSettings,
): Promise<void> {
  const present = await openVSwitch.read();
  const ours = Object.entries(settings).filter(([name, value]) => present[name] === value);
  await openVSwitch.write(Object.fromEntries(ours.map(([name]) => [name, null])));
}

/** An ovn-controller that goes on would make them again: it still knows the Southbound that is set no more. Somebody else's Southbound keeps its own. */
export async function removeTunnels(openVSwitch: OpenVSwitchSettings): Promise<void> {
  if ((await openVSwitch.read())["ovn-remote"] !== undefined) return;
  await restartService("ovnController");
  await openVSwitch.removeTunnels();
}

import type { OpenVSwitchReplica } from "../../host/open-vswitch/open-vswitch.ts";
import { until } from "../../runtime/until.ts";

/** Where ovn-controller writes what it has come to, once Open vSwitch has taken its flows (ovn-controller(8), `external_ids` of the integration bridge). */
const reached = "ovn-nb-cfg";

/** Waits until this host's OVN does as Northbound said at a number. @returns false where the signal came first. */
export function ovnReaches(
  replica: OpenVSwitchReplica,
  bridge: string,
  sequence: number,
  signal: AbortSignal,
): Promise<boolean> {
  const isThere = () => {
    const [row] = replica.table("Bridge").find("name", bridge);
    return Number(row?.external_ids[reached]) >= sequence;
  };
  const subscribe = (look: () => void) => {
    replica.on("change", look);
    return () => replica.off("change", look);
  };
  return until(subscribe, isThere, signal);
}

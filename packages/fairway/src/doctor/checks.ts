import { certificateChecks } from "./certificates.ts";
import { offload } from "./checksum-offload.ts";
import { dockerChecks } from "./docker.ts";
import { downPorts } from "./down-ports.ts";
import { fairwayChecks } from "./fairway.ts";
import type { Check } from "./finding.ts";
import { firewall } from "./firewall.ts";
import { leftovers } from "./leftovers.ts";
import { names } from "./names.ts";
import { openPorts } from "./open-ports.ts";
import { openVSwitchChecks } from "./open-vswitch.ts";
import { ovnChecks } from "./ovn.ts";
import { owners } from "./owners.ts";
import { physicalInterfaces } from "./physical-interfaces.ts";
import { portBindings } from "./port-bindings.ts";
import { publishedPorts } from "./published-ports.ts";
import { troubles } from "./troubles.ts";
import { tunnelPort } from "./tunnel-port.ts";
import { tunnelChecks } from "./tunnels.ts";

/** All that is looked at, in the order in which a person reads it: what others need comes first. */
export const checks: readonly Check[] = [
  ...fairwayChecks,
  ...dockerChecks,
  ...openVSwitchChecks,
  ...ovnChecks,
  ...tunnelChecks,
  tunnelPort,
  openPorts,
  offload,
  physicalInterfaces,
  firewall,
  names,
  ...certificateChecks,
  downPorts,
  owners,
  portBindings,
  publishedPorts,
  troubles,
  leftovers,
];

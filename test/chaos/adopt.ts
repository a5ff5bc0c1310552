import type { Model } from "./model.ts";
import type { Observation } from "./observation.ts";

/** Writes into the model what was in doubt, as it is now. */
export function adopt(model: Model, { containers, networks, engineNetworks }: Observation): void {
  for (const container of model.containers.values()) {
    if (container.state !== "unknown") continue;
    const found = containers.find(({ name, host }) => name === container.name && host === container.host);
    if (found === undefined) model.containers.delete(container.name);
    // One that was cut short and does not run can be removed alone: Docker may take the end of its old process for that of a new one.
    else if (found.status === "running") {
      container.state = "running";
      container.networks = found.attachments.map(({ network }) => network);
    }
  }
  for (const network of model.networks.values()) {
    const { name } = network;
    const claimed = networks.find((known) => known.claimed && known.name === name);
    if (claimed !== undefined && network.state !== "present") {
      network.state = claimed.status["removal"] === undefined ? "present" : "going";
      network.origin = claimed.originHost ?? network.origin;
    }
    // Of one engine alone: the name was taken when it was made.
    const own = engineNetworks.find((known) => known.name === name);
    if (claimed === undefined && own === undefined && network.state !== "present")
      model.networks.delete(name);
    if (claimed === undefined && own !== undefined) network.origin = own.host;
  }
}

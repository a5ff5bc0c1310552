import type { AwaitedStage, EndpointProgress } from "./schemas/endpoint.ts";
import type { ForeignBinding, Status } from "./schemas/status.ts";

/** What the center asks of control, which stands above it. */
export interface Progress {
  /** Work that is not applied yet. */
  readonly pending: number;
  /** `unwritable`: this center leads, and has not taken Northbound over yet. */
  readonly northbound: Status["stores"]["northbound"];
  /** The version of OVN's northd; null until it has said so. */
  readonly ovnVersion: string | null;
  /** See `BindingOffences`. */
  readonly foreignBindings: readonly ForeignBinding[];
  /** Whether a host has told OVN that it has the endpoint's port in place. */
  isUp(uuid: string): boolean;
  /** Waits a while for the stage, where one is named. */
  endpoint(uuid: string, until: AwaitedStage | undefined, signal: AbortSignal): Promise<EndpointProgress>;
  /**
   * Waits until Northbound has what the intent says of those units. Throws `unavailable` where it does not take it.
   * @returns the number that each host's OVN comes to once it does as Northbound said then (ovn-nb(5), NB_Global `nb_cfg`).
   */
  inForce(units: readonly `security-group/${string}`[], signal: AbortSignal): Promise<number>;
  /** Whether a number was given by `inForce`, and OVN still counts from there. */
  isReached(sequence: number): boolean;
}

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
}

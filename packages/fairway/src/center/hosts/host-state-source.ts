import type { HostStateMessage } from "../schemas/host-state.ts";

/** Where the API takes a host's desired state from; control implements it. */
export interface HostStateSource {
  /**
   * A snapshot, or what changed since `revision` where that is still known; then every change until `signal` ends it.
   * Throws `not_found` for a host that never registered.
   */
  follow(host: string, revision: string | undefined, signal: AbortSignal): AsyncIterable<HostStateMessage>;
}

import { endpointKey, endpointOf, portKey, portOf } from "../state/keys.ts";
import {
  endpointOfAlias,
  endpointOfPortAlias,
  isHostEnd,
  isPortHostEnd,
  type LinkNames,
  linkAlias,
  linkNames,
  portLinkAlias,
  portLinkNames,
} from "./link-names.ts";

/** A kind of ports that this host plugs: by what its links and its rows in Open vSwitch are told from those of other kinds. */
export interface PortKind {
  /** The kind of their items in the host's state. */
  readonly item: "endpoint" | "port";
  linkNames(endpoint: string): LinkNames;
  linkAlias(endpoint: string): string;
  /** Undefined for a link of another kind. */
  endpointOfAlias(alias: string): string | undefined;
  isHostEnd(name: string): boolean;
  /** Of the item, which marks the port. */
  key(endpoint: string): string;
  /** Undefined for a port of another kind. */
  endpointOf(key: string): string | undefined;
}

/** Ports of containers: an engine asks for them, and they go with its container. */
export const containerPorts: PortKind = {
  item: "endpoint",
  linkNames,
  linkAlias,
  endpointOfAlias,
  isHostEnd,
  key: endpointKey,
  endpointOf,
};

/** Ports that no engine made and that Fairway plugged into a network namespace, because a person asked: they stay until the center has them no more. */
export const namespacePorts: PortKind = {
  item: "port",
  linkNames: portLinkNames,
  linkAlias: portLinkAlias,
  endpointOfAlias: endpointOfPortAlias,
  isHostEnd: isPortHostEnd,
  key: portKey,
  endpointOf: portOf,
};

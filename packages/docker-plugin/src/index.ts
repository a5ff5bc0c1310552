export type { CallRecord } from "./call-handler.ts";
export type { CallContext, IpamDriver, NetworkDriver } from "./drivers.ts";
export { endpointDriverOptions, parseMacAddress } from "./endpoint-options.ts";
export { PLUGIN_ERRORS, PluginError, type PluginErrorCode, type PluginErrorOptions } from "./errors.ts";
export type {
  DefaultAddressSpaces,
  IpamCapabilities,
  ReleaseAddressRequest,
  ReleasePoolRequest,
  RequestAddressAnswer,
  RequestAddressRequest,
  RequestPoolAnswer,
  RequestPoolRequest,
} from "./ipam-messages.ts";
export { LABEL } from "./labels.ts";
export {
  type ManagedPluginOptions,
  managedPluginConfig,
  type PluginMount,
  type PluginVariable,
  pluginSocketPath,
} from "./managed-plugin.ts";
export type { MethodName } from "./method-table.ts";
export {
  type AllocateNetworkAnswer,
  type AllocateNetworkRequest,
  type CreateEndpointAnswer,
  type CreateEndpointRequest,
  type CreateNetworkRequest,
  type DeleteNetworkRequest,
  DISCOVERY_TYPE,
  type DiscoveryRequest,
  type EndpointOperInfoAnswer,
  type EndpointRequest,
  type FreeNetworkRequest,
  type GwAllocCheckAnswer,
  type GwAllocCheckRequest,
  type IpamData,
  type JoinAnswer,
  type JoinRequest,
  type NetworkCapabilities,
  type ProgramExternalConnectivityRequest,
  ROUTE_TYPE,
  type StaticRoute,
} from "./network-messages.ts";
export { type NetworkFlags, parseGenericOptions, parseNetworkFlags } from "./network-options.ts";
export type { Options } from "./option.ts";
export { type PluginServer, type ServePluginOptions, servePlugin } from "./plugin-server.ts";
export {
  type ExposedPort,
  type Protocol,
  type PublishedPort,
  parseExposedPorts,
  parsePortMap,
} from "./port-options.ts";
export { removeAbandonedSocket } from "./socket-path.ts";

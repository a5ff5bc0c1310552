/** What a plugin implements. Names are Docker's methods in camel case; see the README for who calls what, when. */
import type {
  DefaultAddressSpaces,
  ReleaseAddressRequest,
  ReleasePoolRequest,
  RequestAddressAnswer,
  RequestAddressRequest,
  RequestPoolAnswer,
  RequestPoolRequest,
} from "./ipam-messages.ts";
import type {
  AllocateNetworkAnswer,
  AllocateNetworkRequest,
  CreateEndpointAnswer,
  CreateEndpointRequest,
  CreateNetworkRequest,
  DeleteNetworkRequest,
  DiscoveryRequest,
  EndpointOperInfoAnswer,
  EndpointRequest,
  FreeNetworkRequest,
  GwAllocCheckAnswer,
  GwAllocCheckRequest,
  JoinAnswer,
  JoinRequest,
  ProgramExternalConnectivityRequest,
} from "./network-messages.ts";

/** What a handler learns about the call that it serves. */
export interface CallContext {
  /** Unique per call of this server. */
  readonly id: string;
  /** Aborted when the handler's bound has passed or the server stops; the reason is a PluginError. */
  readonly signal: AbortSignal;
}

/**
 * A network driver. Docker gives up on the first error of CreateNetwork, CreateEndpoint and Join; errors of what
 * removes something are logged by Docker and the object is forgotten, so clean up by other means as well.
 * Every call may come twice with the same ids.
 */
export interface NetworkDriver {
  createNetwork(request: CreateNetworkRequest, context: CallContext): Promise<void>;
  deleteNetwork(request: DeleteNetworkRequest, context: CallContext): Promise<void>;
  createEndpoint(request: CreateEndpointRequest, context: CallContext): Promise<CreateEndpointAnswer | void>;
  endpointOperInfo(request: EndpointRequest, context: CallContext): Promise<EndpointOperInfoAnswer | void>;
  deleteEndpoint(request: EndpointRequest, context: CallContext): Promise<void>;
  /** The device must be on the host before this returns: Docker moves it into the container. */
  join(request: JoinRequest, context: CallContext): Promise<JoinAnswer>;
  /** The device is still in the container; Docker brings it back under its old name before DeleteEndpoint. */
  leave(request: EndpointRequest, context: CallContext): Promise<void>;
  /** Only the endpoint that holds the container's default route is programmed; this moves while it runs. */
  programExternalConnectivity?(
    request: ProgramExternalConnectivityRequest,
    context: CallContext,
  ): Promise<void>;
  revokeExternalConnectivity?(request: EndpointRequest, context: CallContext): Promise<void>;
  discoverNew?(request: DiscoveryRequest, context: CallContext): Promise<void>;
  discoverDelete?(request: DiscoveryRequest, context: CallContext): Promise<void>;
  allocateNetwork?(
    request: AllocateNetworkRequest,
    context: CallContext,
  ): Promise<AllocateNetworkAnswer | void>;
  freeNetwork?(request: FreeNetworkRequest, context: CallContext): Promise<void>;
  gwAllocCheck?(request: GwAllocCheckRequest, context: CallContext): Promise<GwAllocCheckAnswer>;
}

/**
 * An IPAM driver. Addresses and pools may be released that were never requested (a gateway answered in
 * RequestPool's Data is), and Docker leaks some after errors: let both succeed, collect what leaked.
 */
export interface IpamDriver {
  getDefaultAddressSpaces(context: CallContext): Promise<DefaultAddressSpaces>;
  requestPool(request: RequestPoolRequest, context: CallContext): Promise<RequestPoolAnswer>;
  releasePool(request: ReleasePoolRequest, context: CallContext): Promise<void>;
  requestAddress(request: RequestAddressRequest, context: CallContext): Promise<RequestAddressAnswer>;
  releaseAddress(request: ReleaseAddressRequest, context: CallContext): Promise<void>;
}

/** Which paths a plugin answers, what their bodies must look like, and which handler of the driver they reach. */
import type * as z from "zod";
import { explainIssues } from "./decode.ts";
import type { CallContext, IpamDriver, NetworkDriver } from "./drivers.ts";
import { PluginError } from "./errors.ts";
import {
  type IpamCapabilities,
  releaseAddressRequest,
  releasePoolRequest,
  requestAddressRequest,
  requestPoolRequest,
} from "./ipam-messages.ts";
import {
  allocateNetworkRequest,
  createEndpointRequest,
  createNetworkRequest,
  deleteNetworkRequest,
  discoveryRequest,
  endpointRequest,
  freeNetworkRequest,
  gwAllocCheckRequest,
  joinRequest,
  type NetworkCapabilities,
  programExternalConnectivityRequest,
} from "./network-messages.ts";

/** What a handler may return: nothing is answered as `{}`. */
type Answer = object | void;

/** A method whose request has been decoded: all that is left is to run it. */
interface PreparedCall {
  run(context: CallContext): Promise<Answer>;
  /** CreateEndpoint alone: the fields of Interface that Docker has set and refuses to get back. */
  readonly setByDocker?: Readonly<Record<string, string>>;
}

export interface Method {
  /**
   * Whether Docker sends a body. Where it does an empty one is a retry of a call whose body was lost (moby
   * `pkg/plugins/client.go` sends the same, already read, reader again): it must be refused, and change nothing.
   */
  readonly takesBody: boolean;
  /** Throws `malformed_request` where the body is not what the method takes. */
  prepare(body: unknown): PreparedCall;
}

/** A method that is answered the same at all times: Docker remembers a failure of these until it restarts. */
function fixed(answer: object): Method {
  return { takesBody: false, prepare: () => ({ run: async () => answer }) };
}

/** A method that Docker calls with an empty body. */
function bare(handler: (context: CallContext) => Promise<Answer>): Method {
  return { takesBody: false, prepare: () => ({ run: async (context) => handler(context) }) };
}

/** A method with a body. Handlers that a driver may leave out give undefined. */
function method<Schema extends z.ZodType>(
  schema: Schema,
  handler: (request: z.output<Schema>, context: CallContext) => Promise<Answer> | undefined,
): Method {
  return {
    takesBody: true,
    prepare(body) {
      const request = decode(schema, body);
      return { run: async (context) => handler(request, context) };
    },
  };
}

function decode<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const decoded = schema.safeParse(body);
  if (decoded.success) return decoded.data;
  throw new PluginError("malformed_request", explainIssues(decoded.error), { cause: decoded.error });
}

/** Answered only by plugins that Docker finds by their socket: managed ones never get it. */
export function pluginMethods(interfaces: readonly string[], vendor?: string) {
  const activation = { Implements: interfaces, ...(vendor !== undefined && { Vendor: vendor }) };
  return { "Plugin.Activate": fixed(activation) };
}

/** Source: moby `libnetwork/drivers/remote/driver.go`, whose calls are `NetworkDriver.` and the method's name. */
export function networkMethods(driver: NetworkDriver, capabilities: NetworkCapabilities) {
  return {
    "NetworkDriver.GetCapabilities": fixed(capabilities),
    "NetworkDriver.GwAllocCheck": method(gwAllocCheckRequest, (r, c) => driver.gwAllocCheck?.(r, c)),
    "NetworkDriver.AllocateNetwork": method(allocateNetworkRequest, (r, c) => driver.allocateNetwork?.(r, c)),
    "NetworkDriver.FreeNetwork": method(freeNetworkRequest, (r, c) => driver.freeNetwork?.(r, c)),
    "NetworkDriver.CreateNetwork": method(createNetworkRequest, (r, c) => driver.createNetwork(r, c)),
    "NetworkDriver.DeleteNetwork": method(deleteNetworkRequest, (r, c) => driver.deleteNetwork(r, c)),
    "NetworkDriver.CreateEndpoint": createEndpointMethod(driver),
    "NetworkDriver.EndpointOperInfo": method(endpointRequest, (r, c) => driver.endpointOperInfo(r, c)),
    "NetworkDriver.DeleteEndpoint": method(endpointRequest, (r, c) => driver.deleteEndpoint(r, c)),
    "NetworkDriver.Join": method(joinRequest, (r, c) => driver.join(r, c)),
    "NetworkDriver.Leave": method(endpointRequest, (r, c) => driver.leave(r, c)),
    "NetworkDriver.ProgramExternalConnectivity": method(programExternalConnectivityRequest, (r, c) =>
      driver.programExternalConnectivity?.(r, c),
    ),
    "NetworkDriver.RevokeExternalConnectivity": method(endpointRequest, (r, c) =>
      driver.revokeExternalConnectivity?.(r, c),
    ),
    "NetworkDriver.DiscoverNew": method(discoveryRequest, (r, c) => driver.discoverNew?.(r, c)),
    "NetworkDriver.DiscoverDelete": method(discoveryRequest, (r, c) => driver.discoverDelete?.(r, c)),
  };
}

function createEndpointMethod(driver: NetworkDriver): Method {
  return {
    takesBody: true,
    prepare(body) {
      const request = decode(createEndpointRequest, body);
      return {
        run: async (context) => driver.createEndpoint(request, context),
        setByDocker: request.Interface,
      };
    },
  };
}

/** Source: moby `libnetwork/ipams/remote/remote.go`. */
export function ipamMethods(driver: IpamDriver, capabilities: IpamCapabilities) {
  return {
    "IpamDriver.GetCapabilities": fixed(capabilities),
    "IpamDriver.GetDefaultAddressSpaces": bare((c) => driver.getDefaultAddressSpaces(c)),
    "IpamDriver.RequestPool": method(requestPoolRequest, (r, c) => driver.requestPool(r, c)),
    "IpamDriver.ReleasePool": method(releasePoolRequest, (r, c) => driver.releasePool(r, c)),
    "IpamDriver.RequestAddress": method(requestAddressRequest, (r, c) => driver.requestAddress(r, c)),
    "IpamDriver.ReleaseAddress": method(releaseAddressRequest, (r, c) => driver.releaseAddress(r, c)),
  };
}

/** Every method that Docker calls. */
export type MethodName =
  | keyof ReturnType<typeof pluginMethods>
  | keyof ReturnType<typeof networkMethods>
  | keyof ReturnType<typeof ipamMethods>;

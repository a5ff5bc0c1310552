import type { MethodName } from "../src/index.ts";

/** Those that Docker calls with an empty body. */
export const bodylessMethods: ReadonlySet<MethodName> = new Set([
  "Plugin.Activate",
  "NetworkDriver.GetCapabilities",
  "IpamDriver.GetCapabilities",
  "IpamDriver.GetDefaultAddressSpaces",
]);

const known: Record<MethodName, true> = {
  "Plugin.Activate": true,
  "NetworkDriver.GetCapabilities": true,
  "NetworkDriver.GwAllocCheck": true,
  "NetworkDriver.AllocateNetwork": true,
  "NetworkDriver.FreeNetwork": true,
  "NetworkDriver.CreateNetwork": true,
  "NetworkDriver.DeleteNetwork": true,
  "NetworkDriver.CreateEndpoint": true,
  "NetworkDriver.EndpointOperInfo": true,
  "NetworkDriver.DeleteEndpoint": true,
  "NetworkDriver.Join": true,
  "NetworkDriver.Leave": true,
  "NetworkDriver.ProgramExternalConnectivity": true,
  "NetworkDriver.RevokeExternalConnectivity": true,
  "NetworkDriver.DiscoverNew": true,
  "NetworkDriver.DiscoverDelete": true,
  "IpamDriver.GetCapabilities": true,
  "IpamDriver.GetDefaultAddressSpaces": true,
  "IpamDriver.RequestPool": true,
  "IpamDriver.ReleasePool": true,
  "IpamDriver.RequestAddress": true,
  "IpamDriver.ReleaseAddress": true,
};

/** Every method; the compiler sees to it that none is missing. */
export const methodNames = Object.keys(known) as MethodName[];

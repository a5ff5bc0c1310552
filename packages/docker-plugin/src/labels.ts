/**
 * The option names with a meaning of Docker's own.
 * Source: moby `libnetwork/netlabel/labels.go` and `libnetwork/ipamapi/contract.go`; seen on 20.10.24, 26.1.5 and 28.5.2
 * unless a line says otherwise.
 */
export const LABEL = {
  /** CreateNetwork: all `-o` of the network. Join on 20.10 and 26: links, which is no map of texts. */
  generic: "com.docker.network.generic",
  /** CreateNetwork, boolean; since 28. */
  enableIPv4: "com.docker.network.enable_ipv4",
  /** CreateNetwork, boolean. */
  enableIPv6: "com.docker.network.enable_ipv6",
  /** CreateNetwork, boolean; only where true, or with `--config-from`. */
  internal: "com.docker.network.internal",
  /** CreateEndpoint, Join, ProgramExternalConnectivity: published ports. */
  portMap: "com.docker.network.portmap",
  /** CreateEndpoint, Join, ProgramExternalConnectivity: ports of EXPOSE, `--expose` and `-p`. */
  exposedPorts: "com.docker.network.endpoint.exposedports",
  /**
   * CreateEndpoint: base64 from `--mac-address`, colons from `--driver-opt`.
   * RequestAddress: colons, where the capability RequiresMACAddress is set.
   */
  macAddress: "com.docker.network.endpoint.macaddress",
  /** CreateEndpoint: what the interface is to be called in the container, from `--driver-opt`. Docker's own drivers know it since 28. */
  interfaceName: "com.docker.network.endpoint.ifname",
  /** RequestAddress: the container's name; since 29. */
  endpointName: "com.docker.network.endpoint.name",
  /** RequestPool's answer, Data: the gateway's CIDR. RequestAddress: value of `requestAddressType`. */
  gateway: "com.docker.network.gateway",
  /** RequestAddress: what the address is for; present for a gateway alone. */
  requestAddressType: "RequestAddressType",
} as const;

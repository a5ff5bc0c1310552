import { isIP } from "node:net";
import * as z from "zod";
import { list, struct, text } from "./decode.ts";
import { LABEL } from "./labels.ts";
import { decodeOption, type Options } from "./option.ts";

/** An IP protocol by name where Docker has one for it, else its number. */
export type Protocol = "tcp" | "udp" | "sctp" | number;

export interface ExposedPort {
  readonly protocol: Protocol;
  readonly port: number;
}

/** One port of the container that is to be reached through the host. */
export interface PublishedPort {
  readonly protocol: Protocol;
  /** Address of the container; "" as a rule: the endpoint's own. */
  readonly containerAddress: string;
  readonly containerPort: number;
  /** Where to listen; "" is every address. */
  readonly hostAddress: string;
  /** The ports of the host of which any one will do, both included; undefined: any free port. */
  readonly hostPorts: { readonly first: number; readonly last: number } | undefined;
}

/** moby `types.Protocol`: the numbers of IP. */
const protocolNames: ReadonlyMap<number, Protocol> = new Map([
  [6, "tcp"],
  [17, "udp"],
  [132, "sctp"],
]);

const protocol = z
  .int()
  .min(0)
  .max(255)
  .transform((number): Protocol => protocolNames.get(number) ?? number);

const port = z.int().min(1).max(65_535);

const portOrNone = z
  .int()
  .min(0)
  .max(65_535)
  .nullish()
  .transform((value) => value ?? 0);

const address = text.refine((value) => value === "" || isIP(value) !== 0, "must be an IP address or empty");

/** moby `types.PortBinding`. HostPortEnd is 0 where Docker's own callers leave it out: the range is then one port. */
const portBinding = struct({
  Proto: protocol,
  IP: address,
  Port: port,
  HostIP: address,
  HostPort: portOrNone,
  HostPortEnd: portOrNone,
})
  .refine(
    ({ HostPort, HostPortEnd }) => HostPortEnd === 0 || HostPortEnd >= HostPort,
    "HostPortEnd is below HostPort",
  )
  .transform(
    ({ Proto, IP, Port, HostIP, HostPort, HostPortEnd }): PublishedPort => ({
      protocol: Proto,
      containerAddress: IP,
      containerPort: Port,
      hostAddress: HostIP,
      hostPorts: HostPort === 0 ? undefined : { first: HostPort, last: HostPortEnd || HostPort },
    }),
  );

/** moby `types.TransportPort`. */
const transportPort = struct({ Proto: protocol, Port: port }).transform(
  ({ Proto, Port }): ExposedPort => ({ protocol: Proto, port: Port }),
);

/**
 * The ports to publish, of the Options of CreateEndpoint, Join or ProgramExternalConnectivity; none where the option is absent.
 * CreateEndpoint lacks them on `--internal` and on a later connect: the other two always have them.
 * Throws `invalid_option`.
 */
export function parsePortMap(options: Options): readonly PublishedPort[] {
  return decodeOption(list(portBinding), options, LABEL.portMap);
}

/** The exposed ports, of the same Options. Docker's order is random. Throws `invalid_option`. */
export function parseExposedPorts(options: Options): readonly ExposedPort[] {
  return decodeOption(list(transportPort), options, LABEL.exposedPorts);
}

import { z } from "zod";
import { components, hostName, ipAddress, portNumber, text } from "./common.ts";

const wholeNumber = z
  .string()
  .regex(/^\d{1,5}$/, "must be a port from 1 to 65535")
  .transform(Number);

/** A packet of which somebody asks where it goes. */
export const traceQuery = z.strictObject({
  from: text(255, 1).describe(
    "Who sends it: a container, a port, `NAME.NETWORK`, `ADDRESS@NETWORK`, an endpoint's UUID, a host, or any other address",
  ),
  to: text(255, 1).describe("To whom: the same"),
  protocol: z.enum(["tcp", "udp", "icmp"]).default("icmp").describe("ICMP is a ping"),
  port: wholeNumber.pipe(portNumber).optional().describe("Of TCP or UDP, at the receiver"),
  family: z
    .enum(["4", "6"])
    .transform(Number)
    .pipe(z.union([z.literal(4), z.literal(6)]))
    .optional()
    .describe("IPv4 or IPv6; without it whichever both have"),
});
export type TraceQuery = z.output<typeof traceQuery>;

const place = z.strictObject({
  kind: z.enum(["container", "port", "gateway", "host", "address"]),
  /** Of a container, a port or a host; else the address. */
  name: z.string(),
  address: ipAddress,
  network: z.string().nullable(),
  host: hostName.nullable(),
});
export type Place = z.infer<typeof place>;

const step = z.strictObject({
  at: z.enum(["sender", "switch", "router", "tunnel", "wire", "host", "receiver"]),
  /** Of a container, a network, a host. */
  name: z.string(),
  /** What happens there, in words. */
  does: z.string(),
});
export type TraceStep = z.infer<typeof step>;

/** Where a packet goes, and what decides it. */
export const trace = z.strictObject({
  from: place,
  to: place,
  protocol: z.enum(["tcp", "udp", "icmp"]),
  /** Null of a ping. */
  port: portNumber.nullable(),
  /**
   * `delivered`: the receiver gets it; `leaves`: a host or a wire leads it on, where Fairway sees no further; `dropped`; `not-installed`: it would
   * be delivered, but a port on the way is not in place yet, or no more.
   */
  verdict: z.enum(["delivered", "leaves", "dropped", "not-installed"]),
  /** What decides it, in words. */
  reason: z.string(),
  steps: z.array(step),
});
export type Trace = z.infer<typeof trace>;
components.add(trace, { id: "Trace" });

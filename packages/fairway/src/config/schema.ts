import { hostname } from "node:os";
import { z } from "zod";
import { portSecurityLevels } from "../intent/port-security.ts";
import { cidr, hostName, ipAddress, parses, text } from "../service/schemas/common.ts";
import { defaultSocket } from "./defaults.ts";

const path = z.string().regex(/^\//, "must be an absolute path");

const connection = z
  .string()
  .regex(
    /^(unix:\/|(ssl|tcp):.+:\d+)/,
    "must be an OVSDB address, e.g. unix:/run/ovn/ovnnb_db.sock or ssl:192.0.2.1:6641",
  );

const target = z
  .string()
  .regex(/^(unix:\/|https:\/\/.)/, "must be unix:/path/of/a/socket or https://host:port");

const listen = z.strictObject({
  address: ipAddress,
  port: z.int().min(1).max(65535),
  ca: path,
  cert: path,
  key: path,
});

const pool = z
  .strictObject({ cidr, size: z.int().min(1).max(128) })
  .refine(({ cidr, size }) => Number(cidr.split("/")[1]) <= size && size <= (cidr.includes(":") ? 128 : 32), {
    path: ["size"],
    message: "must be a prefix length between that of the pool's cidr and that of a single address",
  });

/** The name of this machine, as far as it can be one of a host. */
const ownName = (): string => hostname().split(".")[0] ?? "";

/** Every key of the configuration file. A default that is not a plain value is told by `meta.shown`. */
export const configSchema = z.strictObject({
  host: z
    .strictObject({
      name: hostName
        .prefault(ownName)
        .meta({ shown: "the machine's host name" })
        .describe("This machine's name in the cluster: one DNS label"),
      state: path
        .default("/var/lib/fairway/host-state.json")
        .describe(
          "The file that holds what this machine must have, for a start without the center; the names are beside it, in host-names.json",
        ),
    })
    .prefault({}),
  center: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe("Whether this machine serves the cluster's API and keeps its databases"),
      listen: z
        .array(listen)
        .default([])
        .describe(
          "Where other hosts reach the API: a list of `{address, port, ca, cert, key}`, always TLS; `fairway init` writes it",
        ),
      authority: path
        .default("/var/lib/fairway/authority")
        .describe("The directory of the cluster's two certificate authorities, which `fairway init` makes"),
      database: path
        .default("/var/lib/fairway/intent.db")
        .describe("The file that holds what users asked for"),
      northbound: connection
        .default("unix:/run/ovn/ovnnb_db.sock")
        .describe("OVN's Northbound database: `unix:PATH`, `ssl:HOST:PORT` or `tcp:HOST:PORT`"),
      southbound: connection
        .default("unix:/run/ovn/ovnsb_db.sock")
        .describe("OVN's Southbound database, which is only read"),
    })
    .prefault({}),
  api: z
    .strictObject({
      socket: path
        .default(defaultSocket)
        .describe("The socket on which the center serves root on this machine"),
      target: target
        .optional()
        .meta({ shown: "`unix:` and `api.socket`" })
        .describe("The center that this machine uses: `https://HOST:PORT` where it runs elsewhere"),
      ca: path.optional().describe("The centers' certificate authority (PEM), for an `https` target"),
      cert: path.optional().describe("This host's certificate (PEM), for an `https` target"),
      key: path.optional().describe("The key of that certificate (PEM), for an `https` target"),
    })
    .prefault({}),
  docker: z
    .strictObject({
      socket: path.default("/run/docker.sock").describe("Docker's API"),
      plugin: path
        .default("/run/docker/plugins/fairway.sock")
        .describe("The socket on which Docker finds the driver; its name is the driver's"),
      mirror: z
        .boolean()
        .default(true)
        .describe(
          "Whether this machine's engine gets the networks that other engines made; without, it has its own and what joins by `-o network=`",
        ),
      mirrorNames: text(1024, 1)
        .refine(
          (pattern) => parses(() => new RegExp(pattern, "u")),
          "must be a regular expression, e.g. shared-.*",
        )
        .default(".*")
        .describe(
          "Which of them it gets: a regular expression for the whole name. So nobody elsewhere can take the names that this machine's Compose projects need",
        ),
    })
    .prefault({}),
  openvswitch: z
    .strictObject({
      socket: path.default("/run/openvswitch/db.sock").describe("Open vSwitch's database"),
      bridge: z
        .string()
        .min(1)
        .max(15)
        .regex(/^[!-.0-~]+$/, "must be a bridge's name, e.g. br-int")
        .default("br-int")
        .describe("The integration bridge, the same as OVN's"),
    })
    .prefault({}),
  addresses: z
    .strictObject({
      pools: z
        .array(pool)
        .min(1)
        .default([{ cidr: "10.128.0.0/9", size: 24 }])
        .describe(
          "Where subnets come from when nobody names one: each `cidr` is cut into pieces of prefix `size`",
        ),
      reservation: z
        .int()
        .min(1)
        .max(86_400)
        .default(120)
        .describe("How many seconds a subnet or an address is kept that was asked for and then not used"),
    })
    .prefault({}),
  hosts: z
    .strictObject({
      grace: z
        .int()
        .min(1)
        .max(31_536_000)
        .default(3_600)
        .describe(
          "How many seconds a host may be down before its endpoints' addresses are given back, by the center's clock; not while over " +
            "a third of the hosts are down",
        ),
      reach: z
        .array(cidr)
        .default([])
        .describe(
          "Subnets outside private space (RFC 1918, RFC 6598, fc00::/7) whose containers this machine itself reaches as well; what its " +
            "own routes, addresses or name servers have is never led to containers",
        ),
      services: z
        .enum(["all", "names"])
        .default("all")
        .describe(
          "What of this machine its containers reach by their way out: `all` that listens on it, or `names` alone, beside published ports",
        ),
      mtu: z
        .int()
        .min(68)
        .max(65_535)
        .default(1_280)
        .describe(
          "The MTU, in bytes, below which no host takes a network: one whose link carries less is refused by the center",
        ),
    })
    .prefault({}),
  defaults: z
    .strictObject({
      mode: z
        .enum(
          ["nat", "isolated", "routed"],
          'must be "nat", "isolated" or "routed"; "flat" is not supported by this version',
        )
        .optional()
        .describe("The mode of networks that this machine's engine makes without `-o mode=`"),
      mtu: z
        .int()
        .min(68)
        .max(65_535)
        .optional()
        .describe("The MTU, in bytes, of networks that this machine's engine makes without `-o mtu=`"),
      "port-security": z
        .enum(portSecurityLevels)
        .optional()
        .describe(
          "What containers may send on networks that this machine's engine makes without `-o port-security=`",
        ),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(["debug", "info", "warn", "error"]).default("info").describe("The least that is logged"),
      format: z.enum(["text", "json"]).default("text").describe("For people, or one JSON object a line"),
    })
    .prefault({}),
});

type Parsed = z.output<typeof configSchema>;

export type Config = Omit<Parsed, "api"> & { readonly api: Parsed["api"] & { readonly target: string } };

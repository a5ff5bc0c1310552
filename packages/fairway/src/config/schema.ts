import { hostname } from "node:os";
import { z } from "zod";
import { cidr, hostName, ipAddress, parses, portSecurityLevels, text } from "../fields.ts";
import { contains, parseCidr, parseIp, usable } from "../ip.ts";
import { defaultSocket } from "./defaults.ts";
import { ownDriverNames } from "./driver-names.ts";
import { publish } from "./publish.ts";

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

const bridgeName = z
  .string()
  .min(1)
  .max(15)
  .regex(/^[!-.0-~]+$/, "must be a bridge's name, e.g. br-int");

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
        .describe("The host's name in the cluster: one DNS label"),
      state: path
        .default("/var/lib/fairway/host-state.json")
        .describe(
          "The file with everything this host must have, for a start without the center; the names are beside it, in host-names.json",
        ),
    })
    .prefault({}),
  center: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe("Whether this host is the center: it serves the cluster's API and keeps its databases"),
      listen: z
        .array(listen)
        .default([])
        .describe(
          "Where other hosts reach the API: a list of `{address, port, ca, cert, key}`, always TLS; `fairway init` writes it",
        ),
      authority: path
        .default("/var/lib/fairway/authority")
        .describe("The directory of the cluster's certificate authorities, which `fairway init` makes"),
      database: path
        .default("/var/lib/fairway/intent.db")
        .describe("The file of the intent: what users asked for"),
      northbound: connection
        .default("unix:/run/ovn/ovnnb_db.sock")
        .describe("OVN's Northbound database: `unix:PATH`, `ssl:HOST:PORT` or `tcp:HOST:PORT`"),
      southbound: connection
        .default("unix:/run/ovn/ovnsb_db.sock")
        .describe("OVN's Southbound database; the center reads it, and keeps ports with their hosts there"),
    })
    .prefault({}),
  api: z
    .strictObject({
      socket: path.default(defaultSocket).describe("The socket of the API for root on the center"),
      target: target
        .optional()
        .meta({ shown: "`unix:` and `api.socket`" })
        .describe("The center that this host uses: `https://HOST:PORT` if it is another host"),
      ca: path.optional().describe("The centers' certificate authority (PEM), for an `https` target"),
      cert: path.optional().describe("This host's certificate (PEM), for an `https` target"),
      key: path.optional().describe("The key of that certificate (PEM), for an `https` target"),
      vlcp: z
        .int()
        .min(1)
        .max(65_535)
        .optional()
        .meta({ shown: "off" })
        .describe(
          "The port of 127.0.0.1 on which this host takes VLCP's calls, from whoever is on it; VLCP's own was 8081",
        ),
      vlcpToken: path
        .optional()
        .meta({ shown: "none" })
        .describe(
          "On a host that is not the center: the file with the token of a principal by which VLCP's calls change something; root's alone. Without it they only read",
        ),
    })
    .prefault({}),
  docker: z
    .strictObject({
      socket: path.default("/run/docker.sock").describe("Docker's API"),
      plugin: path
        .default("/run/docker/plugins/fairway.sock")
        .describe("The socket on which Docker finds the driver; the name of the file is the driver's name"),
      mirror: z
        .boolean()
        .default(true)
        .describe(
          "Whether this host's engine gets the networks of other engines; if not, it has its own networks and handles made by `-o network=`",
        ),
      mirrorNames: text(1024, 1)
        .refine(
          (pattern) => parses(() => new RegExp(pattern, "u")),
          "must be a regular expression, e.g. shared-.*",
        )
        .default(".*")
        .describe(
          "Which of them it gets: a regular expression for the whole name. It keeps names free that this host's Compose projects need",
        ),
    })
    .prefault({}),
  "driver-names": ownDriverNames,
  openvswitch: z
    .strictObject({
      socket: path.default("/run/openvswitch/db.sock").describe("Open vSwitch's database"),
      bridge: bridgeName.default("br-int").describe("The integration bridge, the same as OVN's"),
    })
    .prefault({}),
  addresses: z
    .strictObject({
      pools: z
        .array(pool)
        .min(1)
        .default([{ cidr: "10.128.0.0/9", size: 24 }])
        .describe("Pools of automatic subnets: each `cidr` is cut into pieces with the prefix length `size`"),
      reserved: z
        .array(cidr)
        .default([])
        .describe(
          "Subnets that exist elsewhere at this site, such as LANs behind a router: no network gets them. What hosts have routes to needs " +
            "not stand here",
        ),
      reservation: z
        .int()
        .min(1)
        .max(86_400)
        .default(120)
        .describe("Seconds until a subnet or an address that was asked for and not used becomes free"),
    })
    .prefault({}),
  tenancy: z
    .strictObject({
      create: z
        .boolean()
        .default(false)
        .describe(
          "On the center: whether organization, domain, zone and subnet that `--ipam-opt` names are made where they are not there",
        ),
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
          "Seconds that a host may be down before the addresses of its endpoints become free, by the center's clock; not while more " +
            "than a third of the hosts are down",
        ),
      reach: z
        .array(cidr)
        .default([])
        .describe(
          "Subnets outside private space (RFC 1918, RFC 6598, fc00::/7) whose containers this host reaches too. Its own routes, " +
            "addresses and name servers always win",
        ),
      services: z
        .enum(["all", "names"])
        .default("all")
        .describe(
          "Which services of this host its containers reach: `all` that listen on it, or `names` alone, besides published ports",
        ),
      mtu: z
        .int()
        .min(68)
        .max(65_535)
        .default(1_280)
        .describe(
          "The smallest MTU, in bytes, that a host may give a network: the center refuses a host whose underlay carries less",
        ),
    })
    .prefault({}),
  names: z
    .strictObject({
      intercept: z
        .boolean()
        .default(true)
        .describe(
          "Whether containers find those of other hosts by whichever name server they are configured with: their questions are answered on " +
            "their way, and what is not about containers is answered by that very server",
        ),
    })
    .prefault({}),
  defaults: z
    .strictObject({
      mode: z
        .enum(["nat", "isolated", "routed", "flat"])
        .optional()
        .describe("The mode of networks that this host's engine makes without `-o mode=`"),
      "physical-network": text(63, 1)
        .optional()
        .describe(
          "With `mode: flat`: the physical network of networks that this host's engine makes without `-o physicalnetwork=` and `-o mode=`",
        ),
      bridge: bridgeName
        .optional()
        .describe(
          "Instead of `defaults.physical-network`: a bridge of Open vSwitch on this host; it is the physical network of which an interface is in that bridge",
        ),
      subnet: cidr
        .optional()
        .describe(
          "The subnet of a network that this host's engine makes without `--subnet`, while no other network has addresses of it; further ones get " +
            "automatic subnets",
        ),
      gateway: ipAddress
        .optional()
        .describe("The gateway in `defaults.subnet`; without it the first usable address"),
      mtu: z
        .int()
        .min(68)
        .max(65_535)
        .optional()
        .describe("The MTU, in bytes, of networks that this host's engine makes without `-o mtu=`"),
      "port-security": z
        .enum(portSecurityLevels)
        .optional()
        .describe(
          "What containers may send on networks that this host's engine makes without `-o port-security=`",
        ),
    })
    .refine((said) => (said.mode === "flat") === ((said["physical-network"] ?? said.bridge) !== undefined), {
      path: ["physical-network"],
      message: "must name a physical network where mode is flat, and be left out where it is not",
    })
    .refine((said) => said.bridge === undefined || said["physical-network"] === undefined, {
      path: ["bridge"],
      message: "must be left out where physical-network says the same",
    })
    .refine(
      ({ subnet, gateway }) => gateway === undefined || (subnet !== undefined && isHostOf(subnet, gateway)),
      {
        path: ["gateway"],
        message: "must be an address that a host can have in defaults.subnet",
      },
    )
    .prefault({}),
  publish,
  log: z
    .strictObject({
      level: z
        .enum(["debug", "info", "warn", "error"])
        .default("info")
        .describe("The lowest level that is logged"),
      format: z
        .enum(["text", "json"])
        .default("text")
        .describe("`text` for people, or one JSON object a line"),
    })
    .prefault({}),
});

function isHostOf(subnet: string, ip: string): boolean {
  const [cidr, address] = [parseCidr(subnet), parseIp(ip)];
  const { first, last } = usable(cidr);
  return contains(cidr, address) && first <= address.value && address.value <= last;
}

type Parsed = z.output<typeof configSchema>;

export type Config = Omit<Parsed, "api"> & { readonly api: Parsed["api"] & { readonly target: string } };

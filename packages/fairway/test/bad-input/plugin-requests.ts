import { engineId, type MadeEndpoint, type MadeNetwork } from "../center.ts";

/** What is there when the cases come. */
export interface Known {
  readonly blue: MadeNetwork;
  readonly web: MadeEndpoint;
}

/** A request, and the error that answers it; `null`: it succeeds, for what it removes is not there. */
type Case = readonly [what: string, request: object, error: RegExp | null];

const [nobody, other] = [engineId(), engineId()];
const noId = /must be an engine's id of 64 hexadecimal digits/;
const generic = (options: object) => ({ "com.docker.network.generic": options });
const pool = (Pool: string, Gateway = "") => ({ AddressSpace: "elsewhere", Pool, Gateway, AuxAddresses: {} });
const noInterface = { Address: "", AddressIPv6: "", MacAddress: "" };

/** What takes a network's and an endpoint's id, both or one. */
const idCases = (names: readonly string[], ids: Readonly<Record<string, string>>): readonly Case[] =>
  names.flatMap((name): Case[] => [
    [`no ${name}`, { ...ids, [name]: undefined }, new RegExp(name)],
    [`a number as ${name}`, { ...ids, [name]: 7 }, new RegExp(name)],
    [`an empty ${name}`, { ...ids, [name]: "" }, new RegExp(name)],
  ]);

const both = ["NetworkID", "EndpointID"] as const;
const strangers = { NetworkID: nobody, EndpointID: other };

/** By method; one that takes a body and has no case fails the test. */
export const cases: Readonly<Record<string, (known: Known) => readonly Case[]>> = {
  "NetworkDriver.GwAllocCheck": () => [["a text as Options", { Options: "text" }, /Options/]],
  "NetworkDriver.AllocateNetwork": () => idCases(["NetworkID"], { NetworkID: nobody }),
  "NetworkDriver.FreeNetwork": () => idCases(["NetworkID"], { NetworkID: nobody }),
  "NetworkDriver.CreateNetwork": ({ blue }) => {
    const ask = (Options: object, ...IPv4Data: object[]) => ({
      NetworkID: nobody,
      Options,
      IPv4Data,
      IPv6Data: [],
    });
    return [
      ...idCases(["NetworkID"], { NetworkID: nobody }),
      ["an id that no engine gives", { ...ask({}), NetworkID: "../blue" }, noId],
      ["a text as IPv4Data", { ...ask({}), IPv4Data: "text" }, /IPv4Data/],
      ["a text as Options", { ...ask({}), Options: "text" }, /Options/],
      ["a misspelt option", ask(generic({ mod: "nat" })), /^unknown option mod; did you mean mode\?/],
      [
        "a wrong option",
        ask(generic({ mtu: "big" })),
        /^option mtu=big is not valid; it takes a number of bytes/,
      ],
      [
        "an over-long option",
        ask(generic({ note: "x".repeat(5000) })),
        /options\.note must have at most 4096 characters/,
      ],
      ["a network that is not there", ask(generic({ network: "bleu" })), /^no network "bleu"/],
      [
        "a subnet that is none",
        ask({}, pool("10.5.0.0/33")),
        /subnets\[0\]\.cidr must be a subnet in CIDR notation/,
      ],
      ["a gateway that is none", ask({}, pool("10.5.0.0/24", "10.5.0")), /gateway must be an IP address/],
      [
        "a gateway of another subnet",
        ask({}, pool("10.5.0.0/24", "10.9.0.1/24")),
        /10\.9\.0\.1.*10\.5\.0\.0\/24/,
      ],
      [
        "subnets that overlap",
        ask({}, pool("10.5.0.0/16"), pool("10.5.1.0/24")),
        /10\.5\.0\.0\/16 and 10\.5\.1\.0\/24 .* overlap/,
      ],
      ["the id of a network that is there", { ...ask({}), NetworkID: blue.id }, null],
    ];
  },
  "NetworkDriver.DeleteNetwork": () => [
    ...idCases(["NetworkID"], { NetworkID: nobody }),
    ["a network that is not there", { NetworkID: nobody }, null],
    ["an id that no engine gives", { NetworkID: "../blue" }, null],
  ],
  "NetworkDriver.CreateEndpoint": ({ blue, web }) => {
    const ids = { NetworkID: blue.id, EndpointID: nobody };
    const ask = (Interface: object, Options = {}) => ({
      ...ids,
      Interface: { ...noInterface, ...Interface },
      Options,
    });
    return [
      ...idCases(both, ids),
      [
        "a network that is not there",
        { ...ask({}), NetworkID: nobody },
        /has no Docker network [0-9a-f]{12} of Fairway's/,
      ],
      ["an id that no engine gives", { ...ask({}), EndpointID: "web" }, noId],
      ["a text as Interface", { ...ids, Interface: "text" }, /Interface/],
      ["an address that is none", ask({ Address: "10.1.0.300/24" }), /addresses\[0\] must be an IP address/],
      [
        "an address of another subnet",
        ask({ Address: "10.9.0.7/24" }),
        /^address 10\.9\.0\.7 is not one that a container can have/,
      ],
      [
        "the network's own address",
        ask({ Address: "10.1.0.0/24" }),
        /^address 10\.1\.0\.0 is not one that a container can have/,
      ],
      [
        "an address that is in use",
        ask({ Address: `${web.ip}/24` }),
        new RegExp(`^address ${web.ip} is already in use by `),
      ],
      [
        "the gateway's address",
        ask({ Address: "10.1.0.1/24" }),
        /^address 10\.1\.0\.1 is already in use by the gateway/,
      ],
      ["a MAC address that is none", ask({ MacAddress: "02:42" }), /mac must be a MAC address/],
      [
        "a group's MAC address",
        ask({ MacAddress: "33:33:00:00:00:01" }),
        /mac must be a single NIC's MAC address/,
      ],
      [
        "a MAC address that is in use",
        ask({ MacAddress: web.mac }),
        /^MAC address .* is already in use on this network/,
      ],
      [
        "an over-long option",
        ask({}, { note: "x".repeat(5000) }),
        /options\.note must have at most 4096 characters/,
      ],
    ];
  },
  "NetworkDriver.EndpointOperInfo": () => [
    ...idCases(both, strangers),
    ["an endpoint that is not there", strangers, null],
  ],
  "NetworkDriver.DeleteEndpoint": () => [
    ...idCases(both, strangers),
    ["an endpoint that is not there", strangers, null],
  ],
  "NetworkDriver.Join": () => [
    ...idCases(both, strangers),
    [
      "an endpoint that is not there",
      { ...strangers, SandboxKey: "/x" },
      /^Endpoint [0-9a-f]{64} was never created or is gone$/,
    ],
    ["a text as Options", { ...strangers, Options: "text" }, /Options/],
  ],
  "NetworkDriver.Leave": () => [
    ...idCases(both, strangers),
    ["an endpoint that is not there", strangers, null],
  ],
  "NetworkDriver.ProgramExternalConnectivity": () => [
    ...idCases(both, strangers),
    ["a text as Options", { ...strangers, Options: "text" }, /Options/],
  ],
  "NetworkDriver.RevokeExternalConnectivity": () => [
    ...idCases(both, strangers),
    ["an endpoint that is not there", strangers, null],
  ],
  "NetworkDriver.DiscoverNew": () => [
    ["a text as DiscoveryType", { DiscoveryType: "node" }, /DiscoveryType/],
  ],
  "NetworkDriver.DiscoverDelete": () => [["no DiscoveryType", {}, /DiscoveryType/]],
  "IpamDriver.RequestPool": () => {
    const ask = (change: object) => ({
      AddressSpace: "local",
      Pool: "",
      SubPool: "",
      Options: {},
      V6: false,
      ...change,
    });
    return [
      ["no address space", ask({ AddressSpace: "" }), /space must have at least 1 character/],
      ["a pool that is none", ask({ Pool: "10.5.0.0" }), /cidr must be a subnet in CIDR notation/],
      ["a pool of the other family", ask({ Pool: "fd00:5::/64" }), /fd00:5::\/64 .*IPv4/],
      [
        "a range that is none",
        ask({ Pool: "10.5.0.0/24", SubPool: "text" }),
        /range must be a subnet in CIDR notation/,
      ],
      [
        "a range outside the pool",
        ask({ Pool: "10.5.0.0/24", SubPool: "10.6.0.0/28" }),
        /^range 10\.6\.0\.0\/28 is not inside subnet 10\.5\.0\.0\/24/,
      ],
      ["a network that is not there", ask({ Options: { network: "bleu" } }), /^no network "bleu"/],
      [
        "a misspelt option",
        ask({ Options: { netwrok: "blue" } }),
        /^unknown IPAM option netwrok; did you mean network\?/,
      ],
      ["a text as V6", ask({ V6: "yes" }), /V6/],
      ["numbers as Options", ask({ Options: { a: 1 } }), /Options/],
    ];
  },
  "IpamDriver.ReleasePool": () => [
    ["a number as PoolID", { PoolID: 7 }, /PoolID/],
    ["a pool that is not there", { PoolID: "9c7e7b1c-8b0f-4f0e-9a43-111111111111" }, null],
    ["an id that we never give", { PoolID: "../x" }, null],
  ],
  "IpamDriver.RequestAddress": ({ blue, web }) => {
    const ask = (change: object) => ({ PoolID: blue.pool, Address: "", Options: {}, ...change });
    return [
      ["no PoolID", ask({ PoolID: "" }), /pool/],
      ["an id that we never give", ask({ PoolID: "text" }), /pool must be a UUID/],
      [
        "a pool that is not there",
        ask({ PoolID: "9c7e7b1c-8b0f-4f0e-9a43-111111111111" }),
        /^pool .* is not known/,
      ],
      ["an address that is none", ask({ Address: "10.1.0" }), /ip must be an IP address/],
      [
        "an address of another subnet",
        ask({ Address: "10.9.0.7" }),
        /^address 10\.9\.0\.7 is not one that a host can have in subnet 10\.1\.0\.0\/24/,
      ],
      [
        "an address that is in use",
        ask({ Address: web.ip }),
        new RegExp(`^address ${web.ip} is already in use by `),
      ],
      ["a text as Options", ask({ Options: "text" }), /Options/],
    ];
  },
  "IpamDriver.ReleaseAddress": ({ blue }) => [
    ["a number as Address", { PoolID: blue.pool, Address: 7 }, /Address/],
    ["an address that nobody has", { PoolID: blue.pool, Address: "10.1.0.200" }, null],
    ["an address that is none", { PoolID: blue.pool, Address: "text" }, null],
  ],
};

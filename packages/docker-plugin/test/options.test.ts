import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "../../../test/fast-check.ts";
import {
  endpointDriverOptions,
  LABEL,
  type Options,
  PluginError,
  parseExposedPorts,
  parseGenericOptions,
  parseMacAddress,
  parseNetworkFlags,
  parsePortMap,
} from "../src/index.ts";
import { readRequests } from "./recordings.ts";

/** The Options of every distinct recorded request of some methods. */
function recordedOptions(...methods: string[]): Options[] {
  return readRequests()
    .filter(({ method, request }) => methods.includes(method.split(".")[1] ?? "") && request !== null)
    .map(({ request }) => (request as { Options: Options | null }).Options ?? {});
}

function assertInvalid(work: () => unknown, message: RegExp): void {
  assert.throws(
    work,
    (error) => error instanceof PluginError && error.code === "invalid_option" && message.test(error.message),
  );
}

suite("ports", () => {
  test("D18 the port maps of three engines are read", () => {
    const maps = recordedOptions("CreateEndpoint", "Join", "ProgramExternalConnectivity").flatMap(
      (options) => {
        parseExposedPorts(options);
        return parsePortMap(options);
      },
    );
    assert.deepEqual(new Set(maps.map(({ protocol }) => protocol)), new Set(["tcp", "udp", "sctp"]));
    assert(maps.some(({ hostPorts }) => hostPorts === undefined));
    assert(maps.some(({ hostAddress }) => hostAddress === "127.0.0.1"));
  });

  test("a range, an ephemeral port, an unknown protocol", () => {
    const options = {
      [LABEL.portMap]: [
        { Proto: 6, IP: "", Port: 80, HostIP: "::1", HostPort: 8000, HostPortEnd: 8010 },
        { Proto: 17, Port: 53, HostPort: 53 },
        { Proto: 33, IP: null, Port: 1, HostIP: null, HostPort: 0, HostPortEnd: 0 },
      ],
    };
    assert.deepEqual(parsePortMap(options), [
      {
        protocol: "tcp",
        containerAddress: "",
        containerPort: 80,
        hostAddress: "::1",
        hostPorts: { first: 8000, last: 8010 },
      },
      {
        protocol: "udp",
        containerAddress: "",
        containerPort: 53,
        hostAddress: "",
        hostPorts: { first: 53, last: 53 },
      },
      { protocol: 33, containerAddress: "", containerPort: 1, hostAddress: "", hostPorts: undefined },
    ]);
  });

  test("absent options are no ports", () => {
    assert.deepEqual(parsePortMap({}), []);
    assert.deepEqual(parseExposedPorts({ [LABEL.exposedPorts]: null }), []);
    assert.deepEqual(parseExposedPorts({ [LABEL.exposedPorts]: [{ Proto: 6, Port: 80 }] }), [
      { protocol: "tcp", port: 80 },
    ]);
  });

  test("nonsense is refused and named", () => {
    assertInvalid(() => parsePortMap({ [LABEL.portMap]: "80" }), /^com\.docker\.network\.portmap: /);
    assertInvalid(() => parsePortMap({ [LABEL.portMap]: [{ Proto: 6, Port: 0 }] }), /0\.Port/);
    assertInvalid(
      () => parsePortMap({ [LABEL.portMap]: [{ Proto: 6, Port: 1, HostIP: "host" }] }),
      /0\.HostIP: must be/,
    );
    assertInvalid(
      () => parsePortMap({ [LABEL.portMap]: [{ Proto: 6, Port: 1, HostPort: 9, HostPortEnd: 8 }] }),
      /HostPortEnd is below/,
    );
    assertInvalid(() => parseExposedPorts({ [LABEL.exposedPorts]: [{ Port: 1 }] }), /0\.Proto/);
  });
});

suite("networks", () => {
  test("D18 the flags and -o of three engines are read", () => {
    const flags = recordedOptions("CreateNetwork", "GwAllocCheck").map((options) => {
      parseGenericOptions(options);
      return parseNetworkFlags(options);
    });
    assert(flags.some(({ ipv4 }) => !ipv4));
    assert(flags.some(({ ipv6 }) => ipv6));
    assert(flags.some(({ internal }) => internal));
  });

  test("what is absent is as Docker means it", () => {
    assert.deepEqual(parseNetworkFlags({}), { ipv4: true, ipv6: false, internal: false });
    assert.deepEqual(parseNetworkFlags({ [LABEL.enableIPv6]: "true", [LABEL.enableIPv4]: "false" }), {
      ipv4: false,
      ipv6: true,
      internal: false,
    });
    assert.deepEqual(parseGenericOptions({}), {});
    assert.deepEqual(parseGenericOptions({ [LABEL.generic]: { mtu: "1400" } }), { mtu: "1400" });
  });

  test("nonsense is refused and named", () => {
    assertInvalid(
      () => parseNetworkFlags({ [LABEL.internal]: 1 }),
      /^com\.docker\.network\.internal: must be true or false/,
    );
    assertInvalid(() => parseGenericOptions({ [LABEL.generic]: { mtu: 1400 } }), /generic: mtu/);
  });
});

suite("endpoints", () => {
  test("D18 the MAC addresses and --driver-opts of three engines are read", () => {
    const all = recordedOptions("CreateEndpoint", "RequestAddress");
    assert(all.map(parseMacAddress).includes("02:11:22:33:44:55"));
    assert(all.map(endpointDriverOptions).some((options) => options["My.Key"] === "My.Val"));
  });

  test("base64 and colons are one address", () => {
    const mac = fc.uint8Array({ minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(mac, (bytes) => {
        const buffer = Buffer.from(bytes);
        const colons = buffer.toString("hex").match(/../g)?.join(":");
        for (const text of [buffer.toString("base64"), colons, colons?.toUpperCase().replaceAll(":", "-")]) {
          assert.equal(parseMacAddress({ [LABEL.macAddress]: text }), colons);
        }
      }),
    );
    assert.equal(parseMacAddress({}), undefined);
    assertInvalid(
      () => parseMacAddress({ [LABEL.macAddress]: "02:11:22" }),
      /macaddress: must be a MAC address/,
    );
  });

  test("Docker's own options are no --driver-opts", () => {
    const options = {
      [LABEL.portMap]: [],
      [LABEL.exposedPorts]: [],
      [LABEL.macAddress]: "AhEiM0RV",
      "com.docker.network.driver.private.no_proxy_6to4": false,
      color: "blue",
    };
    assert.deepEqual(endpointDriverOptions(options), { color: "blue" });
  });
});

test("whatever the options are, a parser gives a value or throws PluginError", () => {
  const label = fc.constantFrom(...Object.values(LABEL));
  const parsers = [
    parsePortMap,
    parseExposedPorts,
    parseNetworkFlags,
    parseGenericOptions,
    parseMacAddress,
    endpointDriverOptions,
  ];
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(label, fc.string()), fc.jsonValue()), (options) => {
      for (const parse of parsers) {
        try {
          parse(options);
        } catch (error) {
          assert(error instanceof PluginError, String(error));
        }
      }
    }),
  );
});

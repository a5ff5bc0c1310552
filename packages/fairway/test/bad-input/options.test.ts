import assert from "node:assert/strict";
import { test } from "node:test";
import { networkOptions, readNetworkOptions } from "../../src/center/docker/network-options.ts";
import { poolOptions, readPoolOptions } from "../../src/center/docker/pool-options.ts";
import type { KnownOption } from "../../src/center/option-value.ts";
import { FairwayError } from "../../src/errors.ts";

interface Kind {
  readonly what: string;
  readonly known: readonly KnownOption[];
  readonly read: (options: Record<string, string>) => unknown;
  /** By option: wrong values, each refused. An option without an entry fails the test. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
}

const mtus = ["0", "67", "65536", "-1", "1500.5", "1e3", "big", "", "9".repeat(4096)];
const truths = ["maybe", "2", "wahr"];
const targets = [
  "64512",
  "64512:",
  ":100",
  "64512:1:2",
  "0:1",
  "4294967296:1",
  "64512:4294967296",
  "65536:65536",
  "064512:1",
  "64512:01",
  "64512:-1",
  "-1:1",
  "1.5:1",
  "10.1.0.256:1",
  "10.1.0:1",
  "10.1.0.1:65536",
  "fd00::1:1",
  "64512:100,,64512:200",
  "64512:100,",
  "64512:100;64512:200",
  "targets:64512:100",
  "true",
  "x".repeat(4096),
  Array.from({ length: 17 }, (_, at) => `64512:${at}`).join(","),
];
const addresses = ["10.1.0.256", "10.1.0.0/24", "text", "", "1".repeat(4096)];

const kinds: readonly Kind[] = [
  {
    what: "docker network create -o",
    known: networkOptions,
    read: readNetworkOptions,
    wrong: {
      mode: ["Nat", "bridge", "", "x".repeat(4096)],
      mtu: mtus,
      "com.docker.network.driver.mtu": mtus,
      physicalnetwork: ["", "x".repeat(64)],
      vlanid: ["0", "4095", "4096", "-1", "1.5", "1e3", "ten", ""],
      vni: ["0", "16777216", "-1", "1.5", "1e3", "ten", ""],
      scope: ["global", "local", "", "Host"],
      "port-security": ["Mac", "on", "", "x".repeat(4096)],
      "host-access": truths,
      name: ["", "x".repeat(256)],
      multicast: truths,
      icc: truths,
      "com.docker.network.bridge.enable_icc": truths,
      dns: [...truths, "169.254.53.53", "x".repeat(4096)],
      ipam: ["", "DHCP", "null", "dhcp6", "x".repeat(4096)],
      rt: targets,
      "rt.import": targets,
      "rt.export": targets,
      network: [""],
      organization: [""],
      mirror: ["blue", "", "2f1f7a5e"],
      disablegateway: truths,
      "subnet:disablegateway": truths,
      "subnet:allocated_start": addresses,
      "subnet:allocated_end": addresses,
      "subnet:host_routes": [
        "10.9.0.0/16",
        '["10.9.0.0/16"]',
        '[["10.9.0.0/16"]]',
        '[["10.9.0.0","10.1.0.1"]]',
        "[",
        "",
      ],
    },
  },
  {
    what: "docker network create --ipam-opt",
    known: poolOptions,
    read: readPoolOptions,
    wrong: {
      network: [""],
      mirror: ["blue", "", "2f1f7a5e"],
      organization: [""],
      domain: [""],
      zone: [""],
      subnet: [""],
      user: [""],
    },
  },
];

for (const { what, known, read, wrong } of kinds) {
  for (const { name, value: right } of known) {
    test(`D02 ${what} ${name}: a wrong value is refused with what would be right`, () => {
      const values = wrong[name];
      assert.ok(values !== undefined, `say which values of ${name} are wrong`);
      for (const value of values) {
        const message = refusal(() => read({ [name]: value }));
        assert.ok(message.startsWith(`option ${name}=`), message);
        assert.match(message, /is not valid; it takes .{5}/, `and what it takes, such as: ${right}`);
        assert.ok(message.length < 500, `${message.length} characters are too many`);
      }
    });

    test(`D02 ${what} ${name}: one slip away from it is taken for a mistake, but not with x- before it`, () => {
      for (const slip of [`${name}s`, name.slice(0, -1), name.replace(/(.)(.)$/, "$2$1")]) {
        if (slip === name || slip.length < 4 || known.some((option) => option.name === slip)) continue;
        assert.match(
          refusal(() => read({ [slip]: "" })),
          /^unknown (IPAM )?option .+; did you mean /,
        );
        assert.doesNotThrow(() => read({ [`x-${slip}`]: "" }));
      }
    });
  }

  test(`D02 ${what}: every case is about an option that there is; others are kept as they are`, () => {
    assert.deepEqual(Object.keys(wrong).sort(), known.map(({ name }) => name).sort());
    assert.doesNotThrow(() => read({ "com.example.team": "web" }));
  });
}

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof FairwayError && error.code === "invalid", String(error));
    return error.message;
  }
  return assert.fail("nothing was refused");
}

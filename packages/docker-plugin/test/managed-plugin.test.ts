import assert from "node:assert/strict";
import { test } from "node:test";
import { managedPluginConfig, pluginSocketPath } from "../src/index.ts";

const example = {
  description: "An example",
  name: "example",
  implements: ["NetworkDriver", "IpamDriver"],
  entrypoint: ["/bin/example", "--serve"],
} as const;

test("a managed plugin's config.json", () => {
  const config = managedPluginConfig({
    ...example,
    mounts: [{ source: "/run/openvswitch", destination: "/run/openvswitch", name: "ovs" }],
    variables: [{ name: "LOG", value: "info" }],
  });
  assert.deepEqual(config, {
    description: "An example",
    documentation: "",
    interface: { types: ["docker.networkdriver/1.0", "docker.ipamdriver/1.0"], socket: "example.sock" },
    entrypoint: ["/bin/example", "--serve"],
    workdir: "/",
    network: { type: "host" },
    pidhost: false,
    mounts: [
      {
        name: "ovs",
        description: "",
        source: "/run/openvswitch",
        destination: "/run/openvswitch",
        type: "bind",
        options: ["rbind"],
        settable: ["source"],
      },
    ],
    env: [{ name: "LOG", value: "info", description: "", settable: ["value"] }],
    linux: { capabilities: ["CAP_NET_ADMIN", "CAP_SYS_ADMIN"], allowAllDevices: false, devices: [] },
  });
});

test("what Docker would refuse is refused", () => {
  const invalid = { code: "invalid_configuration" };
  assert.throws(() => managedPluginConfig({ ...example, implements: [] }), invalid);
  assert.throws(() => managedPluginConfig({ ...example, entrypoint: [] }), invalid);
  assert.throws(() => managedPluginConfig({ ...example, name: "a/b" }), invalid);
  assert.equal(pluginSocketPath("example"), "/run/docker/plugins/example.sock");
});

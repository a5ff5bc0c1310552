import { basename, dirname } from "node:path";
import { onlyCommandLine, starts } from "./command-lines.ts";
import { type Flag, flagItems } from "./flags.ts";
import type { Items, Meant, Plugin } from "./plugin.ts";
import { pluginDirectory, socketOf, textOf, wholeNumberOf, wrong } from "./values.ts";

const program = /^(?:docker-ovs-plugin.*|main\.go)$/;

const flags: readonly Flag[] = [
  { names: ["bridge-subnet"] },
  { names: ["bridge-net", "bridge-ip"] },
  { names: ["bridge-name"] },
  { names: ["gateway"] },
  { names: ["mode"] },
  { names: ["mtu"] },
  { names: ["socket", "s"] },
  { names: ["debug", "d"], isSwitch: true },
];

const isFlat = (all: Items) => all.get("mode")?.value === "flat";

const meanings: Readonly<Record<string, Meant>> = {
  "bridge-subnet": (item) => ({ settings: [{ key: "defaults.subnet", value: textOf(item) }] }),
  "bridge-net": (item, all) => {
    const [address = ""] = textOf(item, "the bridge's address and prefix length, e.g. 172.18.40.1/24").split(
      "/",
    );
    return all.has("gateway")
      ? { note: "the bridge has no address of its own; the gateway is that of --gateway" }
      : { settings: [{ key: "defaults.gateway", value: address }] };
  },
  "bridge-name": (item, all) =>
    isFlat(all)
      ? { settings: [{ key: "defaults.bridge", value: textOf(item) }] }
      : { note: "not needed: in nat mode all networks share openvswitch.bridge, which is OVN's br-int" },
  gateway: (item) => ({ settings: [{ key: "defaults.gateway", value: textOf(item) }] }),
  mode: (item) => {
    if (item.value !== "nat" && item.value !== "flat") throw wrong(item, "nat or flat");
    return { settings: [{ key: "defaults.mode", value: item.value }] };
  },
  mtu: (item) => ({ settings: [{ key: "defaults.mtu", value: wholeNumberOf(item) }] }),
  socket: (item) => {
    const path = socketOf(item);
    const name = basename(path, ".sock");
    return {
      ...pluginDirectory(dirname(path)),
      ...(name === "ovs"
        ? {}
        : { note: `Docker knew the plugin as ${name}; here it is ovs: write --driver ovs` }),
    };
  },
  debug: ({ value }) =>
    value === true
      ? { settings: [{ key: "log.level", value: "debug" }] }
      : { note: "off; so is log.level: debug" },
};

/** What the plugin did without flags, as its README says. */
function assumed(all: Items) {
  const subnet = { key: "defaults.subnet", value: "172.18.40.0/24" };
  const gateway = { key: "defaults.gateway", value: "172.18.40.1" };
  const hasGateway = all.has("gateway") || all.has("bridge-net");
  return [
    {
      about: "bridge-subnet",
      settings: all.has("bridge-subnet") ? [] : hasGateway ? [subnet] : [subnet, gateway],
      note: "the first network has this subnet, if its addresses come from Fairway: docker network create -d ovs --ipam-driver fairway NAME",
    },
    { about: "mode", settings: all.has("mode") ? [] : [{ key: "defaults.mode", value: "nat" }] },
    ...(isFlat(all)
      ? [
          {
            about: "mode",
            settings: all.has("bridge-name") ? [] : [{ key: "defaults.bridge", value: "ovsbr-docker0" }],
            note:
              "say once which physical network the bridge is on: fairway physical-network create lan --type flat; " +
              "fairway physical-port create lan INTERFACE, the one that is in the bridge",
          },
        ]
      : []),
  ];
}

/** docker-ovs-plugin: flags of its command; it had no file. */
export const ovs: Plugin = {
  title: "docker-ovs-plugin",
  driverNames: ["fairway", "ovs"],
  hasFlags: true,
  recognises: (text) => starts(text, program),
  read: (told) =>
    flagItems(
      onlyCommandLine(
        told,
        program,
        "docker-ovs-plugin --gateway=172.18.40.1 --bridge-subnet=172.18.40.0/24 -mode=nat",
      ),
      flags,
    ),
  meant: (name) => (Object.hasOwn(meanings, name) ? meanings[name] : undefined),
  known: Object.keys(meanings),
  assumed,
};

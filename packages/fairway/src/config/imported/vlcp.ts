import { basename, dirname } from "node:path";
import { nearestName } from "../../runtime/nearest-name.ts";
import type { Item, Meaning, Meant, Plugin } from "./plugin.ts";
import { gone, pluginDirectory, socketOf, textOf, wholeNumberOf, wrong } from "./values.ts";
import { vlcpItems } from "./vlcp-file.ts";

const store = gone("not needed: the center keeps what users asked for in center.database");
const journal = gone("not needed: the journal keeps the log, and rotates it; log.format says how it looks");
const byOvn = gone("not needed: OVN does this");
const byFairway = gone("not needed: Fairway does this by itself");

const levels: Readonly<Record<string, string>> = {
  DEBUG: "debug",
  INFO: "info",
  WARN: "warn",
  WARNING: "warn",
  ERROR: "error",
  CRITICAL: "error",
};

/** Of the management API: `tcp://localhost:8081`, or None where there is none. */
const managementApi: Meant = (item) => {
  if (item.value === null) return { note: "None: there is no management API, and api.vlcp is off" };
  const url = textOf(item, "tcp://HOST:PORT or None");
  const { protocol, hostname, port } = URL.canParse(url) ? new URL(url) : wrongUrl(item);
  if (protocol !== "tcp:" || port === "") return wrongUrl(item);
  const settings = [{ key: "api.vlcp", value: Number(port) }];
  if (["localhost", "127.0.0.1"].includes(hostname)) return { settings };
  return { settings, note: `api.vlcp listens on 127.0.0.1 alone, not on ${hostname || "all addresses"}` };
};

function wrongUrl(item: Item): never {
  throw wrong(item, "tcp://HOST:PORT, or None");
}

/** Of Docker's socket: `unix:///run/docker/plugins/vlcp.sock`. */
const dockerSocket: Meant = (item) => {
  const path = socketOf(item);
  const name = basename(path, ".sock");
  if (name === "vlcp") return pluginDirectory(dirname(path));
  return {
    ...pluginDirectory(dirname(path)),
    note: `Docker knew the plugin as ${name}; here it is vlcp: write --driver vlcp`,
  };
};

const rootLogger: Meant = (item) => {
  const level =
    typeof item.value === "object" && item.value !== null ? Reflect.get(item.value, "level") : undefined;
  if (level === undefined) return { note: "it says no level; log.level is info" };
  if (typeof level !== "string" || !Object.hasOwn(levels, level))
    throw wrong(item, `{'level': L} with L one of ${Object.keys(levels).join(", ")}`);
  return { settings: [{ key: "log.level", value: levels[level] }] };
};

const debugging: Meant = ({ value }): Meaning =>
  value === true
    ? { note: "log.level: debug does this, for all parts at once" }
    : { note: "off; so is log.level: debug" };

const exact: Readonly<Record<string, Meant>> = {
  "module.jsonrpcserver.url": (item) => ({
    settings: [{ key: "openvswitch.socket", value: socketOf(item) }],
  }),
  "module.httpserver.url": gone("not needed: api.vlcp and docker.plugin are the ways in"),
  "module.httpserver.vhost.api.url": managementApi,
  "module.httpserver.vhost.docker.url": dockerSocket,
  "module.dockerplugin.mtu": (item) => ({ settings: [{ key: "defaults.mtu", value: wholeNumberOf(item) }] }),
  "module.dockerplugin.ovsbridge": (item) => ({
    note: `${textOf(item)} is VLCP's bridge. Containers are in openvswitch.bridge, which is OVN's br-int`,
  }),
  "server.logging.root": rootLogger,
  "server.debugging": debugging,
  "server.startup": gone(
    "not needed: Fairway starts all its parts. VLCP's calls are on where api.vlcp is set",
  ),
};

/** What begins so, where no exact name is known: VLCP has hundreds of keys, most about how it does what OVN does. */
const groups: readonly (readonly [RegExp, Meant])[] = [
  [/^module\.(?:redisdb|zookeeperdb|kvdb|objectdb|knowledge|redisnotifier)\./, store],
  [/^proxy\.(?:kvstorage|updatenotifier)$/, store],
  [/^server\.logging(?:\.|config$)/, journal],
  [/^protocol\.\w+\.debugging$/, debugging],
  [/\.enable_router_forward$/, gone("`fairway router gateway set` says by which network routers leave")],
  [
    /^module\.dhcpserver\./,
    gone("not needed: containers ask no DHCP server, Fairway gives them their addresses"),
  ],
  [
    /^module\.(?:dockerplugin|jsonrpcserver|httpserver|manager|webapi|console|autoload|viperflow|vrouterapi)\./,
    byFairway,
  ],
  [/^(?:module|protocol)\./, byOvn],
  [/^(?:server|proxy|connection|type)\./, byFairway],
];

/** vlcp-docker-plugin: `/etc/vlcp.conf`. */
export const vlcp: Plugin = {
  title: "vlcp-docker-plugin",
  driverNames: ["fairway", "vlcp"],
  hasFlags: false,
  recognises: (text) => /^(?:module|server|proxy|protocol)\.[\w.]+\s*=/m.test(text),
  read: ({ name, text }) => vlcpItems(name, text),
  meant: (name) => {
    if (Object.hasOwn(exact, name)) return exact[name];
    // Nobody's slip in a key that says something is taken for one that says nothing.
    if (nearestName(name, Object.keys(exact)) !== undefined) return undefined;
    return groups.find(([begins]) => begins.test(name))?.[1];
  },
  known: [...Object.keys(exact), "module.…", "server.…", "protocol.…", "proxy.…"],
};

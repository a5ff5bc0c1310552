/**
 * Managed ("v2") plugins: a directory with `config.json` and `rootfs/`, which Docker starts and stops itself.
 * They are the only ones that swarm accepts for networks of scope global.
 *
 *     docker plugin create NAME DIRECTORY && docker plugin enable NAME
 *
 * Source of the file's fields: Docker's "Plugin Config Version 1 of Plugin V2". Docker waits some 10 s for the socket after
 * the start, never calls Plugin.Activate (the file says what is implemented), and names the driver NAME:TAG.
 */
import { PluginError } from "./errors.ts";

/** A directory of the host, or a file system, inside the plugin. */
export interface PluginMount {
  /** Absolute, in the plugin. */
  readonly destination: string;
  /** Absolute, on the host. */
  readonly source: string;
  /** Default: bind. */
  readonly type?: string;
  /** Default: rbind. */
  readonly options?: readonly string[];
  /** With a name `docker plugin set NAME.source=…` can change the source. */
  readonly name?: string;
  readonly description?: string;
}

/** A setting that `docker plugin set NAME=VALUE` changes while the plugin is disabled. */
export interface PluginVariable {
  readonly name: string;
  readonly value: string;
  readonly description?: string;
}

export interface ManagedPluginOptions {
  readonly description: string;
  /** A link. */
  readonly documentation?: string;
  /** NAME of the socket `/run/docker/plugins/NAME.sock`. */
  readonly name: string;
  readonly implements: readonly ("NetworkDriver" | "IpamDriver")[];
  /** Program and arguments, in the plugin's root. */
  readonly entrypoint: readonly string[];
  readonly workdir?: string;
  readonly mounts?: readonly PluginMount[];
  readonly variables?: readonly PluginVariable[];
  /** Default: CAP_NET_ADMIN and CAP_SYS_ADMIN, without which no device can be made and moved. */
  readonly capabilities?: readonly string[];
  /** Whether the plugin sees the host's processes, e.g. to enter their namespaces by id. Default: false. */
  readonly hostPids?: boolean;
}

const interfaceTypes = {
  NetworkDriver: "docker.networkdriver/1.0",
  IpamDriver: "docker.ipamdriver/1.0",
} as const;

/** Where a plugin called NAME listens: for Docker to find it, and inside a managed plugin alike. */
export function pluginSocketPath(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) {
    throw new PluginError("invalid_configuration", `${JSON.stringify(name)} cannot be the name of a plugin`);
  }
  return `/run/docker/plugins/${name}.sock`;
}

/**
 * The content of `config.json`, to be written with `JSON.stringify`. The plugin shares the host's network: that is where it makes
 * the devices that Docker moves into containers. Throws `invalid_configuration`.
 */
export function managedPluginConfig(options: ManagedPluginOptions) {
  const { implements: interfaces, entrypoint, mounts = [], variables = [] } = options;
  if (interfaces.length === 0) {
    throw new PluginError("invalid_configuration", "a managed plugin must implement something");
  }
  if (entrypoint.length === 0) {
    throw new PluginError("invalid_configuration", "a managed plugin needs an entrypoint");
  }
  return {
    description: options.description,
    documentation: options.documentation ?? "",
    interface: {
      types: interfaces.map((name) => interfaceTypes[name]),
      socket: pluginSocketPath(options.name).slice("/run/docker/plugins/".length),
    },
    entrypoint,
    workdir: options.workdir ?? "/",
    network: { type: "host" },
    pidhost: options.hostPids ?? false,
    mounts: mounts.map(describeMount),
    env: variables.map(({ name, value, description = "" }) => ({
      name,
      value,
      description,
      settable: ["value"],
    })),
    linux: {
      capabilities: options.capabilities ?? ["CAP_NET_ADMIN", "CAP_SYS_ADMIN"],
      allowAllDevices: false,
      devices: [],
    },
  };
}

function describeMount({
  destination,
  source,
  type = "bind",
  options = ["rbind"],
  name,
  description = "",
}: PluginMount) {
  return {
    name: name ?? "",
    description,
    source,
    destination,
    type,
    options,
    settable: name === undefined ? [] : ["source"],
  };
}

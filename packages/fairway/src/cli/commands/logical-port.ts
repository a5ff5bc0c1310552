import { type Command, InvalidArgumentError } from "commander";
import type { ApiClient } from "../../api/client.ts";
import type { Endpoint } from "../../center/schemas/endpoint.ts";
import type { Port } from "../../center/schemas/port.ts";
import { FairwayError } from "../../errors.ts";
import type { NamespacePort, PlugRequest } from "../../plug.ts";
import { type Ask, bounds, type Print } from "../ask.ts";
import { levelFields } from "../level-flags.ts";
import { listOf } from "../list.ts";
import { block, healthCell, list, pairs } from "../text.ts";
import { renderEndpoint } from "./endpoint.ts";
import { collect, mapOfFlags, mapPatch } from "./subnet-flags.ts";

/** What is done on this host itself. */
export interface Plugging {
  plug(request: PlugRequest): Promise<NamespacePort>;
  unplug(port: string): Promise<{ readonly port: string; readonly uuid: string }>;
}

interface Wish {
  readonly name: string;
  readonly id?: string;
  readonly ip: readonly string[];
  readonly mac?: string;
  readonly host?: string;
  readonly organization?: string;
  readonly label: Readonly<Record<string, string>>;
  readonly opt?: readonly string[];
}

interface Changes {
  readonly name?: string;
  readonly ip?: readonly string[];
  readonly label?: readonly string[];
  readonly labelRm?: readonly string[];
  readonly opt?: readonly string[];
  readonly optRm?: readonly string[];
  readonly dryRun: boolean;
}

const reference = "the port's name, its UUID, or the start of that";

/** Adds to `fairway port` what makes ports that are no container's, and plugs them. */
export function addLogicalPortCommands(port: Command, ask: Ask, plugging: Plugging, print: Print): void {
  port
    .command("create")
    .argument("<network>", "a name, name@host, a UUID, or the start of an engine's id")
    .description("create a port for a virtual machine or a network namespace; print its iface-id")
    .requiredOption("--name <name>", "what the port is called; it answers to this name on its network")
    .option(
      "--ip <address>",
      "give it this address; twice, or with a comma, for IPv4 and IPv6",
      addresses,
      [],
    )
    .option("--mac <mac>", "give it this MAC address")
    .option("--host <host>", "let it be plugged on this host alone")
    .option("--organization <organization>", "let it be this one's, with which the network is shared")
    .option("--id <uuid>", "let this be its UUID and iface-id")
    .option("--label <key=value>", "keep this label on it; may be repeated", labels, {})
    .option("--opt <key=value>", "keep this on it, too; may be repeated", collect)
    .addHelpText(
      "after",
      "\nWhoever has an interface in br-int with this external_ids:iface-id is on the network; DHCP tells it its address.\n" +
        "The same command twice makes one port.\n\n" +
        "Examples:\n  fairway port create blue --name vm1\n  fairway port create blue --name vm2 --ip 10.1.0.50,fd00:1::50 --host node-2",
    )
    .action((network: string, { name, ip, label, opt, ...rest }: Wish) =>
      ask(
        (client) =>
          client.putPort(
            { reference: name },
            { network, addresses: [...ip], labels: label, options: mapOfFlags(opt), ...rest },
          ),
        ({ ifaceId }) => ifaceId,
      ),
    );
  port
    .command("show")
    .argument("<port>", `${reference}; or a container's name, as \`fairway endpoint show\` takes it`)
    .description("show a port that `fairway port create` made, or that of a container")
    .addHelpText("after", "\nExamples:\n  fairway port show vm1\n  fairway port show web")
    .action((name: string) =>
      ask(
        (client) => portOrEndpoint(client, name),
        (shown: Port | Endpoint, paint) =>
          "ifaceId" in shown ? renderPort(shown) : renderEndpoint(shown, paint),
      ),
    );
  port
    .command("update")
    .argument("<port>", reference)
    .description("change a port that `fairway port create` made: its name, addresses, labels or options")
    .option("--name <name>", "call it this")
    .option("--ip <address>", "give it this address instead of its own of that family", addresses)
    .option("--label <key=value>", "a label", collect)
    .option("--label-rm <key>", "take a label", collect)
    .option("--opt <key=value>", "keep this on it", collect)
    .option("--opt-rm <key>", "take what is kept on it", collect)
    .option("--dry-run", "say what would be, and change nothing", false)
    .addHelpText(
      "after",
      "\nA DHCP client takes another address when it asks again; what `fairway port plug` made gets it when it is plugged again.\n\n" +
        "Examples:\n  fairway port update vm1 --label team=ops --label-rm owner\n  fairway port update vm1 --ip 10.1.0.60",
    )
    .action((name: string, flags: Changes) =>
      ask(
        (client) => client.updatePort({ reference: name, "dry-run": flags.dryRun }, patchOf(flags)),
        renderPort,
        bounds.change,
      ),
    );
  port
    .command("rm")
    .argument("<port>", reference)
    .description("remove a port that `fairway port create` made, and free its addresses")
    .addHelpText(
      "after",
      "\nWhat is plugged is cut off. Fairway unplugs what it plugged itself.\n\nExample:\n  fairway port rm vm1",
    )
    .action((name: string) =>
      ask(
        async (client) => {
          const { uuid, name: found } = await client.showPort({ reference: name });
          await client.removePort({ reference: uuid });
          return { uuid, name: found };
        },
        ({ name: removed }) => `removed ${removed}`,
      ),
    );
  port
    .command("plug")
    .argument("<port>", reference)
    .description("plug a port into a network namespace of this host")
    .requiredOption("--netns <namespace>", "a name of `ip netns`, or a path such as /proc/4711/ns/net")
    .option("--name <interface>", "what the interface is called in the namespace", interfaceName, "eth0")
    .option("--dhcp", "set no addresses and routes: a DHCP client in the namespace asks for them", false)
    .addHelpText(
      "after",
      "\nRun this as root, on the host on which the namespace is. It may be repeated.\n\n" +
        "Examples:\n  sudo fairway port plug vm1 --netns lab\n  sudo fairway port plug vm3 --netns /proc/4711/ns/net --name net0 --dhcp",
    )
    .action(
      async (name: string, { netns, ...rest }: Omit<PlugRequest, "port"> & { readonly netns: string }) =>
        print(
          await plugging.plug({ port: name, namespace: netns, name: rest.name, dhcp: rest.dhcp }),
          renderPlugged,
        ),
    );
  port
    .command("unplug")
    .argument("<port>", reference)
    .description("take away the interface that `fairway port plug` made on this host; the port stays")
    .addHelpText("after", "\nRun this as root, on that host.\n\nExample:\n  sudo fairway port unplug vm1")
    .action(async (name: string) =>
      print(await plugging.unplug(name), ({ port: unplugged }) => `unplugged ${unplugged}`),
    );
}

/** A port, or the endpoint of a container where no port is called so. What is neither is missed as a port. */
async function portOrEndpoint(client: ApiClient, reference: string): Promise<Port | Endpoint> {
  try {
    return await client.showPort({ reference });
  } catch (error) {
    if (!(error instanceof FairwayError) || error.code !== "not_found") throw error;
    return await client.showEndpoint({ reference }).catch(() => Promise.reject(error));
  }
}

/** The ports that `fairway port create` made. */
export const logicalPorts = listOf<Port, { readonly network?: string; readonly host?: string }>(
  {
    columns: [
      { title: "NAME", cell: ({ name }) => name },
      { title: "IFACE-ID", cell: ({ ifaceId }) => ifaceId },
      { title: "NETWORK", cell: ({ network }) => network.name },
      { title: "ADDRESSES", cell: ({ addresses }) => list(addresses) },
      { title: "MAC", cell: ({ mac }) => mac },
      { title: "PLUGGED", cell: place },
      { title: "STATUS", cell: ({ status }) => healthCell(status) },
    ],
    name: ({ name }) => name,
  },
  (client, { network, host }) => Array.fromAsync(client.each("listPorts", { network, host })),
);

function renderPort(port: Port): string {
  return block([
    ["name", port.name],
    ["iface-id", port.ifaceId],
    ["status", healthCell(port.status)],
    ["network", `${port.network.name} (${port.network.uuid})`],
    ...levelFields(port.network.name, port.organization),
    ["plugged", place(port)],
    ["mac", port.mac],
    ["mtu", String(port.mtu)],
    ["addresses", list(port.addresses)],
    ["gateways", list(port.gateways)],
    [
      "routes",
      list(
        port.routes.map(({ destination, nextHop }) =>
          nextHop === undefined ? `${destination} on the link` : `${destination} via ${nextHop}`,
        ),
      ),
    ],
    ["dns", list(port.dns)],
    ["labels", pairs(port.labels)],
    ["options", pairs(port.options)],
    ["revision", port.revision],
    ["request", port.request],
  ]);
}

function place({ host, pinned, plugged }: Port): string {
  const where = host === null ? "" : ` ${pinned ? "(only on" : "(last on"} ${host})`;
  return plugged && host !== null ? `on ${host}${pinned ? ", its only host" : ""}` : `no${where}`;
}

function renderPlugged({ port, network, namespace, name, mac, addresses }: NamespacePort): string {
  const has = addresses.length === 0 ? "a DHCP client may ask for its addresses" : list(addresses);
  return `${port} is plugged into network ${network}: ${name} in ${namespace}, ${mac}, ${has}`;
}

function patchOf({ name, ip, label, labelRm, opt, optRm }: Changes) {
  return {
    ...(name !== undefined && { name }),
    ...(ip !== undefined && { addresses: [...ip] }),
    ...mapPatch("labels", label, labelRm),
    ...mapPatch("options", opt, optRm),
  };
}

function addresses(given: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...given.split(",").map((each) => each.trim())];
}

function labels(given: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [key = "", ...value] = given.split("=");
  if (key === "") throw new InvalidArgumentError("It must be KEY=VALUE.");
  return { ...before, [key]: value.join("=") };
}

/** The kernel's own rule (linux net/core/dev.c, dev_valid_name), without what would be an option of another program. */
function interfaceName(given: string): string {
  if (/^(?!-|\.{1,2}$)[^\s/:]{1,15}$/.test(given) && Buffer.byteLength(given) <= 15) return given;
  throw new InvalidArgumentError('It must be at most 15 characters, without "/", ":" and spaces.');
}

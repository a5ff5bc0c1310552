import { randomUUID } from "node:crypto";
import { pluginSocketPath, servePlugin } from "@fairway/docker-plugin";
import { Links } from "../packages/fairway/src/agent/ports/links.ts";
import { Netlink } from "../packages/fairway/src/host/netlink/netlink.ts";

/**
 * The least that a network and IPAM plugin can do, to see what Docker itself spends on one: `node null-plugin.ts NAME` answers at once,
 * and containers get no interface; with `veth` behind the name they get a veth pair whose other end leads nowhere.
 */
const [name = "null", kind] = process.argv.slice(2);
const subnet = "10.254.0.0/16";
const links = kind === "veth" ? new Links(new Netlink()) : undefined;
const endpoints = new Map<string, { readonly uuid: string; readonly made: Promise<unknown> }>();
let given = 0;

const server = await servePlugin({
  socketPath: pluginSocketPath(name),
  network: {
    createNetwork: async () => undefined,
    deleteNetwork: async () => undefined,
    createEndpoint: async ({ EndpointID }) => {
      const uuid = randomUUID();
      const mac = `0a:00:${uuid.slice(0, 8).replace(/..(?!$)/g, "$&:")}`;
      endpoints.set(EndpointID, {
        uuid,
        made: Promise.resolve(links?.create({ endpoint: uuid, mac, mtu: 1442 })),
      });
      return { Interface: { MacAddress: mac } };
    },
    endpointOperInfo: async () => undefined,
    join: async ({ EndpointID }) => {
      const names = (await endpoints.get(EndpointID)?.made) as { readonly container: string } | undefined;
      if (names === undefined) return { DisableGatewayService: true };
      return { InterfaceName: { SrcName: names.container, DstPrefix: "eth" }, DisableGatewayService: true };
    },
    leave: async () => undefined,
    deleteEndpoint: async ({ EndpointID }) => {
      const uuid = endpoints.get(EndpointID)?.uuid;
      endpoints.delete(EndpointID);
      // As Fairway does: nobody has to wait for the kernel.
      if (uuid !== undefined) void links?.delete(uuid);
    },
  },
  ipam: {
    getDefaultAddressSpaces: async () => ({
      LocalDefaultAddressSpace: name,
      GlobalDefaultAddressSpace: `${name}-global`,
    }),
    requestPool: async () => ({ PoolID: name, Pool: subnet }),
    releasePool: async () => undefined,
    requestAddress: async ({ Address }) => {
      if (Address !== "") return { Address: `${Address}/16` };
      given = (given + 1) % 65_000;
      return { Address: `10.254.${(given + 255) >> 8}.${(given + 255) & 255}/16` };
    },
    releaseAddress: async () => undefined,
  },
});
process.once("SIGTERM", () => void server.close());

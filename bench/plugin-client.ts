import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import type { Host } from "../lab/host/host.ts";

interface Answer {
  readonly PoolID: string;
  readonly Pool: string;
  readonly Address: string;
  readonly LocalDefaultAddressSpace: string;
  readonly InterfaceName: { readonly SrcName: string };
}

interface PluginNetwork {
  readonly id: string;
  readonly pool: string;
}

/** An endpoint that is joined: its interface waits on the host, for there is no container to move it into. */
interface PluginEndpoint {
  readonly id: string;
  readonly address: string;
  readonly interfaceName: string;
}

/** Calls a host's Fairway as an engine does, without an engine: what an endpoint costs when it has no container. */
export class PluginClient implements Disposable {
  readonly #socketPath: string;
  readonly #connections = new Agent({ keepAlive: true });

  constructor(host: Host) {
    this.#socketPath = join(host.rootPath, "/run/docker/plugins/fairway.sock");
  }

  async createNetwork(subnet: string): Promise<PluginNetwork> {
    const { LocalDefaultAddressSpace: AddressSpace } = await this.#call(
      "IpamDriver.GetDefaultAddressSpaces",
      {},
    );
    const asked = { AddressSpace, Pool: subnet, SubPool: "", Options: {}, V6: false };
    const { PoolID: pool, Pool } = await this.#call("IpamDriver.RequestPool", asked);
    const gateway = { RequestAddressType: "com.docker.network.gateway" };
    const { Address: Gateway } = await this.#call("IpamDriver.RequestAddress", {
      PoolID: pool,
      Address: "",
      Options: gateway,
    });
    const id = randomId();
    const data = { AddressSpace, Pool, Gateway, AuxAddresses: {} };
    const network = { NetworkID: id, Options: {}, IPv4Data: [data], IPv6Data: [] };
    await this.#call("NetworkDriver.CreateNetwork", network);
    return { id, pool };
  }

  /** RequestAddress, CreateEndpoint, Join. */
  async start({ id: NetworkID, pool }: PluginNetwork): Promise<PluginEndpoint> {
    const { Address } = await this.#call("IpamDriver.RequestAddress", {
      PoolID: pool,
      Address: "",
      Options: {},
    });
    const key = { NetworkID, EndpointID: randomId() };
    const Interface = { Address, AddressIPv6: "", MacAddress: "" };
    await this.#call("NetworkDriver.CreateEndpoint", { ...key, Interface, Options: {} });
    const { InterfaceName } = await this.#call("NetworkDriver.Join", {
      ...key,
      SandboxKey: "/none",
      Options: {},
    });
    return { id: key.EndpointID, address: Address, interfaceName: InterfaceName.SrcName };
  }

  /** Leave, DeleteEndpoint, ReleaseAddress. */
  async stop(
    { id: NetworkID, pool }: PluginNetwork,
    { id: EndpointID, address }: PluginEndpoint,
  ): Promise<void> {
    await this.#call("NetworkDriver.Leave", { NetworkID, EndpointID });
    await this.#call("NetworkDriver.DeleteEndpoint", { NetworkID, EndpointID });
    await this.#call("IpamDriver.ReleaseAddress", { PoolID: pool, Address: address.split("/")[0] });
  }

  async deleteNetwork({ id, pool }: PluginNetwork): Promise<void> {
    await this.#call("NetworkDriver.DeleteNetwork", { NetworkID: id });
    await this.#call("IpamDriver.ReleasePool", { PoolID: pool });
  }

  [Symbol.dispose](): void {
    this.#connections.destroy();
  }

  async #call(method: string, body: object): Promise<Answer> {
    const path = `/${method}`;
    const asked = request({ method: "POST", socketPath: this.#socketPath, path, agent: this.#connections });
    asked.end(JSON.stringify(body));
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const content = (await json(answer)) as Answer;
    if (answer.statusCode !== 200) throw new Error(`${method}: ${JSON.stringify(content)}`);
    return content;
  }
}

function randomId(): string {
  return randomBytes(32).toString("hex");
}

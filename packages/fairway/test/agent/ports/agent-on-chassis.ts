import { after } from "node:test";
import { Links } from "../../../src/agent/ports/links.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { startChassis } from "../chassis.ts";
import { enterPrivateNetwork } from "../private-network.ts";
import { startAgentOn } from "../start-agent.ts";
import { StubCenter } from "../stub-center.ts";
import { addLogicalPort, endpointAt } from "./endpoint-ports.ts";

enterPrivateNetwork();
export const chassis = await startChassis();
export const center = new StubCenter();
export const agent = startAgentOn(chassis, center);
export const netlink = new Netlink();
export const links = new Links(netlink);
await chassis.nbctl("ls-add", "switch");
after(async () => {
  await agent[Symbol.asyncDispose]();
  netlink[Symbol.dispose]();
  await chassis[Symbol.asyncDispose]();
});

export const aWhile = () => AbortSignal.timeout(8_000);

/** Plugs an endpoint of its own into the bridge. @param last of its MAC. */
export async function plug(last: number) {
  const port = endpointAt(last);
  await addLogicalPort(chassis, port);
  return { port, plugged: await agent.plug(port, aWhile()) };
}

export const portsOfBridge = async () => (await chassis.vsctl("list-ports", "br-int")).split("\n");

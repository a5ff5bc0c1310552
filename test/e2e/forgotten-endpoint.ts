import { randomBytes } from "node:crypto";
import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { tracesOf } from "./traces.ts";

/** Asks the plugin as Docker does for an endpoint of which Docker knows nothing; waits until it has its port. */
export async function makeForgottenEndpoint(host: Host, network: string, address: string): Promise<void> {
  const before = (await tracesOf(host)).match(/^ *fw/gm)?.length ?? 0;
  const NetworkID = await host.docker("network", "inspect", "--format", "{{.Id}}", network);
  const request = {
    NetworkID,
    EndpointID: randomBytes(32).toString("hex"),
    Interface: { Address: address, AddressIPv6: "", MacAddress: "" },
    Options: {},
  };
  const answer = await host.sh(`curl -s --unix-socket /run/docker/plugins/fairway.sock \
    --data-binary '${JSON.stringify(request)}' http://plugin/NetworkDriver.CreateEndpoint`);
  if (!answer.includes("MacAddress")) throw new Error(`The endpoint was not made: ${answer}`);
  await until("its port", async () => ((await tracesOf(host)).match(/^ *fw/gm)?.length ?? 0) > before);
}

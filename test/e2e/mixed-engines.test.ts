import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import type { Variant } from "../../lab/trees/tree.ts";
import { until } from "../../lab/until.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  networksGone,
  ping,
  removeAll,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";

const nameServer = "169.254.53.53";

/** Every kind of host that does not move, and the one that is asked for. */
const kinds = [...new Set<Variant>([variant, "debian12", "debian13", "docker28"])];
/** The newest is tried on both sides: as a center of older hosts, and as a host of the oldest center. */
const centers: readonly Variant[] = variant === "newest" ? ["newest", "debian12"] : [variant];

for (const center of centers)
  describe(`hosts of ${kinds.join(", ")} with a center of ${center}`, () => {
    let lab: Lab;
    let hosts: readonly Host[];

    before(async () => {
      const hosting = kinds.filter((kind) => kind !== center);
      lab = await Lab.start({
        hosts: [center, ...hosting].map((kind, at) => ({
          name: `h${at + 1}`,
          variant: kind,
          center: at === 0,
        })),
      });
      await startFairway(lab);
      hosts = lab.hosts;
    });
    after(() => lab[Symbol.asyncDispose]());

    const goneFromAll = async (network: string) => {
      await networksGone(lab.host("h1"), network);
      for (const host of hosts)
        assert.equal(await host.sh(`docker network ls -q --filter name=^${network}$`), "");
    };

    it("M13 a network made on any engine is on all; their containers reach each other by address and by name; it goes from all", async () => {
      for (const [at, origin] of hosts.entries()) {
        const subnets = ["--subnet", `10.${at}.0.0/24`, "--ipv6", "--subnet", `fd00:${at}::/64`];
        await createNetwork(origin, "blue", ...subnets);
        const addresses = new Map<string, string>();
        for (const host of hosts) {
          await hasNetwork(host, "blue");
          await startContainer(host, `on-${host.name}`, "blue", "--dns", nameServer);
          addresses.set(`on-${host.name}`, await addressOf(host, `on-${host.name}`));
        }
        assert.equal(new Set(addresses.values()).size, hosts.length);
        for (const host of hosts)
          for (const [name, address] of addresses) {
            await ping(host, `on-${host.name}`, address);
            await until(`an answer from ${name} to ${host.name}`, () =>
              ping(host, `on-${host.name}`, name).then(
                () => true,
                () => false,
              ),
            );
          }
        for (const host of hosts) await removeAll(host, [`on-${host.name}`], []);
        await removeAll(origin, [], ["blue"]);
        await goneFromAll("blue");
      }
    });

    it("M06 M13 an address that a container of another host has is refused, and the refusal says whose it is", async () => {
      const [h1, ...others] = hosts as [Host, ...Host[]];
      await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
      for (const host of hosts) await hasNetwork(host, "blue");
      await startContainer(h1, "web", "blue", "--ip", "10.1.0.77");
      await until("the container's name to be known", async () => {
        const { code } = await h1.run(["fairway", "endpoint", "show", "web"], { check: false });
        return code === 0;
      });
      for (const host of others) {
        await assert.rejects(
          startContainer(host, "db", "blue", "--ip", "10.1.0.77"),
          /10\.1\.0\.77 is already in use by container web on host h1/,
        );
        await removeAll(host, ["db"], []);
      }
      await removeAll(h1, ["web"], []);
      const [h2] = others as [Host];
      await startContainer(h2, "db", "blue", "--ip", "10.1.0.77");
      assert.equal(await addressOf(h2, "db"), "10.1.0.77");
      await removeAll(h2, ["db"], []);
      await removeAll(h1, [], ["blue"]);
      await goneFromAll("blue");
    });
  });

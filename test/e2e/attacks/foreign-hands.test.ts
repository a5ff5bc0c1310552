import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../../lab/fairway.ts";
import type { Host } from "../../../lab/host/host.ts";
import { Lab } from "../../../lab/lab.ts";
import { until } from "../../../lab/until.ts";
import { addressOf, createNetwork, hasNetwork, removeAll, startContainer } from "../docker-network.ts";
import { hostDirectory } from "../joining.ts";
import { variant } from "../settings.ts";

interface Answer {
  readonly status: number;
  readonly body: { readonly detail?: string; readonly address?: string };
}

// What root of h2 can ask of the center with its host's own key, past Docker and Fairway on that machine.
describe(`a host's key and what is other hosts', ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
  });
  after(() => lab[Symbol.asyncDispose]());

  async function asH2(method: string, path: string, body: unknown): Promise<Answer> {
    const files = ["cacert ca", "cert cert", "key key"].map((each) => {
      const [flag, file] = each.split(" ");
      return `--${flag} ${hostDirectory}/${file}.pem`;
    });
    const text = await h2.sh(
      `curl --silent --show-error ${files.join(" ")} --request ${method} --header 'Content-Type: application/json' \
        --data-binary '${JSON.stringify(body)}' --write-out '\\n%{http_code}' https://${h1.address}:6640/v1/hosts/${path}`,
    );
    const lines = text.trim().split("\n");
    return { status: Number(lines.at(-1)), body: JSON.parse(lines.slice(0, -1).join("\n") || "{}") };
  }

  const shown = async (network: string) =>
    JSON.parse(await h1.sh(`fairway network show ${network} -o json`)) as {
      readonly uuid: string;
      readonly mtu: { readonly effective: number };
      readonly status: Readonly<Record<string, string>>;
      readonly subnets: readonly { readonly uuid: string }[];
    };

  it("D05 its word about its link lowers no network on which it has no container, and none below 1280", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await startContainer(h1, "web", "blue");
    const { systemId } = JSON.parse(await h1.sh("fairway host show h2 -o json"));
    const lie = await asH2("PUT", "h2", { systemId, tunnelAddress: h2.address, underlayMtu: 576 });
    assert.equal(lie.status, 409, JSON.stringify(lie));
    assert.match(lie.body.detail ?? "", /link of host h2 carries 576 bytes/);
    assert.equal((await asH2("PUT", "h2", { systemId, underlayMtu: 1400 })).status, 200);
    assert.equal((await shown("blue")).mtu.effective, 1442);
    assert.equal((await asH2("PUT", "h2", { systemId, underlayMtu: 1500 })).status, 200);
    await removeAll(h1, ["web"], ["blue"]);
  });

  it("I05 it neither takes the addresses of a network that it has not, nor gives back and uses what others asked for", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24", "--opt", "scope=host");
    await startContainer(h1, "web", "blue");
    const web = await addressOf(h1, "web");
    const { subnets } = await shown("blue");
    const pool = subnets[0]?.uuid;
    assert.equal((await asH2("POST", `h2/pools/${pool}/addresses`, { purpose: "unspecified" })).status, 403);
    await asH2("DELETE", `h2/pools/${pool}/addresses/${web}`, {});
    await startContainer(h1, "db", "blue");
    assert.notEqual(await addressOf(h1, "db"), web);
    assert.deepEqual((await asH2("GET", "h1/state", {})).status, 403, "nor does it read what is h1's");
    await removeAll(h1, ["web", "db"], ["blue"]);
  });

  it("M02 it joins no network that is private to another host, by whatever name; not Compose's either", async () => {
    await createNetwork(h1, "blue", "--opt", "scope=host");
    await createNetwork(h1, "shop_default", "--label", "com.docker.compose.project=shop");
    const names: readonly { readonly name: string; readonly uuid: string }[] = JSON.parse(
      await h1.sh("fairway network ls -o json"),
    );
    assert.equal(names.length, 2);
    for (const { name, uuid } of names)
      for (const reference of [name, uuid]) {
        const { code, stderr } = await h2.run(
          ["docker", "network", "create", "--driver", "fairway", "--ipam-driver", "fairway"].concat([
            "--opt",
            `network=${reference}`,
            "--ipam-opt",
            `network=${reference}`,
            "mine",
          ]),
          { check: false },
        );
        assert.notEqual(code, 0, reference);
        assert.match(stderr, /is private to host h1/, reference);
      }
    await removeAll(h1, [], ["blue", "shop_default"]);
  });

  it("O03 it writes into the status of no network that is not for it", async () => {
    await createNetwork(h1, "blue", "--opt", "scope=host");
    await createNetwork(h1, "green");
    await hasNetwork(h2, "green");
    const [blue, green] = [await shown("blue"), await shown("green")];
    const lies = [blue, green].map(({ uuid }) => ({ network: uuid, reason: "call 0900 1234 for help" }));
    assert.equal((await asH2("PUT", "h2/troubles", { networks: lies, endpoints: [] })).status, 204);
    await until("what it may say", async () => "on h2" in (await shown("green")).status);
    assert.deepEqual((await shown("blue")).status, {});
    await removeAll(h1, [], ["blue", "green"]);
  });
});

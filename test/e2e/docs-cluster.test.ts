import { after, before, describe, it } from "node:test";
import type { Host } from "../../lab/host/host.ts";
import { Stage } from "./docs/stage.ts";

const create = "docker network create -d fairway --ipam-driver fairway";
const run = "docker run -d --network";
const sleep = "busybox sleep 1000000";

/** Whether an engine gets no mirrors, as the page's configuration says it. */
async function alone(host: Host, isAlone: boolean): Promise<void> {
  const words = ' "docker": {"mirror": false},';
  const edit = isAlone ? `1s/^{/{${words}/` : `1s/^{${words}/{/`;
  await host.sh(`sed -i '${edit}' /etc/fairway/fairway.yaml`);
  await host.daemon("fairway").stop();
  await host.daemon("fairway").start();
}

describe("the page on many hosts, as it stands, from the first command to the last", () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.set({ variant: "docker28", isCluster: false });
  });
  after(() => stage?.[Symbol.asyncDispose]());

  it("M01 M02 M03 M08 docs/many-hosts.md: each command prints what the page shows", async () => {
    const [, h2] = stage.hosts;
    const { typist } = stage;
    /** Joins a host by a token of its own. */
    const join = (name: string) =>
      typist.typeLines(`h1# fairway token create\n${name}# fairway join 192.0.2.1 --token host.…`);
    const cleared = (lines: string) => async () => {
      await stage.clear();
      await typist.typeLines(lines);
    };
    await typist.types("docs/many-hosts.md", {
      words: stage.addresses,
      before: {
        "Networks on every host": async () => {
          await join("h2");
          await join("h3");
        },
        Names: [undefined, cleared(`h2# docker network create red\nh1# ${create} red`)],
        Removal: async () => {
          await h2.sh("docker network rm red");
          await stage.clear();
          await typist.typeLines(
            `h1# ${create} --subnet 10.1.0.0/24 blue\nh3# ${run} blue --name db ${sleep}`,
          );
        },
        "Keep an engine alone": () => alone(h2, true),
        "From a host": [
          async () => {
            await stage.clear();
            await alone(h2, false);
            await typist.typeLines(`h1# ${create} --subnet 10.1.0.0/24 blue`);
          },
          `h1# ${create} --subnet 10.1.0.0/24 red`,
          cleared(`h1# ${create} --subnet 8.8.8.0/24 red\nh2# ${run} red --name web ${sleep}`),
        ],
      },
    });
  });
});

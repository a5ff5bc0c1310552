import { after, afterEach, before, describe, it } from "node:test";
import { joinCenter } from "../../lab/fairway.ts";
import { until } from "../../lab/until.ts";
import { uplinkName } from "../../packages/fairway/src/agent/ports/interface-names.ts";
import { createNetwork, startContainer } from "./docker-network.ts";
import { Stage } from "./docs/stage.ts";

const create = "docker network create -d fairway --ipam-driver fairway";
const run = "docker run -d --network";
const sleep = "busybox sleep 1000000";

describe("the pages on troubles and on what dies, as they stand", () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.set({ settings: { hosts: { grace: 1 } } });
  });
  after(() => stage?.[Symbol.asyncDispose]());
  afterEach(() => stage.clear());

  it("O03 docs/doctor.md: a daemon that does not run is found", async () => {
    const daemon = stage.hosts[0].daemon("ovn-controller");
    try {
      await stage.typist.types("docs/doctor.md", { before: { "fairway doctor": () => daemon.stop() } });
    } finally {
      await daemon.start();
    }
  });

  it("O03 docs/troubleshooting.md: each symptom looks as the page shows it", async () => {
    const [h1, h2] = stage.hosts;
    await stage.typist.types("docs/troubleshooting.md", {
      words: stage.addresses,
      before: {
        "Where a packet goes": [
          `h1# ${create} --subnet 10.1.0.0/24 blue
h1# ${run} blue --name web ${sleep}
h2# ${run} blue --name db ${sleep}`,
          `h1# ${create} --subnet 10.2.0.0/24 red
h1# ${run} red --name shop ${sleep}`,
        ],
        "A command says that only the center may do this": async () => {
          await stage.clear();
          await stage.typist.typeLines(`h1# ${create} --subnet 10.1.0.0/24 red`);
        },
        "A center does not start because its port is in use": "h4# ovs-vsctl set-manager ptcp:6640",
        "Docker does not find the plugin": () => h2.daemon("fairway").stop(),
        "docker run says that the center does not answer": async () => {
          await h2.daemon("fairway").start();
          await h1.daemon("fairway").kill();
        },
        "Containers on two hosts do not reach each other": () => h1.daemon("fairway").start(),
        "Large packets are lost": `h1# fairway status --wait=50s\nh1# ${create} --internal blue`,
        "Names of other hosts do not resolve": `h3# ${run} blue --name db ${sleep}`,
        "A published port does not answer, or Docker does not show it": `h3# docker rm -f db
h1# fairway network rm blue; while fairway network ls -o name | grep -qx blue; do sleep 0.2; done
h1# ${create} blue
h1# ${run} blue --name www -p 8080:80 ${sleep}`,
      },
    });
  });

  it("M07 docs/operations.md: hosts and parts that die look as the page shows them", async () => {
    const [h1, , h3] = stage.hosts;
    const onH3 = `h3# ${run} blue --name db --ip 10.1.0.7 ${sleep}\nh3# ${run} blue --name cache --ip 10.1.0.8 ${sleep}`;
    const isDown = async () => /^h3 +down/m.test(await h1.sh("fairway host ls"));
    let foreign = "";
    await stage.typist.types("docs/operations.md", {
      words: stage.addresses,
      before: {
        "A part that a host cannot make": async () => {
          await createNetwork(h1, "red");
          const { uuid } = JSON.parse(await h1.sh("fairway network show red -o json"));
          foreign = uplinkName({ kind: "uplink", network: uuid });
          await h1.sh(`ovs-vsctl add-port br-int ${foreign} -- set Interface ${foreign} type=internal`);
          await startContainer(h1, "lost", "red");
        },
        "Hosts that are down": [
          async () => {
            await h1.sh(`ovs-vsctl del-port br-int ${foreign}`);
            await stage.clear();
            await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
            await stage.typist.typeLines(`h1# ${run} blue --name web ${sleep}\n${onH3}`);
            await h3.powerOff();
            await until("h3 to be down", isDown, { timeoutMs: 60_000 });
          },
          undefined,
          undefined,
          async () => {
            await h3.powerOn();
            await h3.sh("docker ps --all --quiet | xargs -r docker rm --force; fairway leave");
            await h3.sh(
              "docker network ls --quiet --filter driver=fairway | xargs -r docker network rm || true",
            );
            await joinCenter(h3, h1);
            await stage.typist.typeLines(onH3);
          },
        ],
      },
    });
  });
});

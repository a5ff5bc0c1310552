import { after, before, describe, it } from "node:test";
import { Stage } from "./docs/stage.ts";

const create = "docker network create -d fairway --ipam-driver fairway";
const run = "docker run -d --network";
const sleep = "busybox sleep 1000000";
/** Ends when the network is gone everywhere. */
const gone = (name: string) =>
  `h1# fairway network rm ${name}; while fairway network ls -o name | grep -qx ${name}; do sleep 0.2; done`;

describe("the page on commands, as it stands", () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.set({ nics: ["eth1"] });
  });
  after(() => stage?.[Symbol.asyncDispose]());

  it("O02 docs/cli.md: each example of a command does what it says", async () => {
    await stage.typist.types("docs/cli.md", {
      words: { "node-1": "h1", "node-2": "h2", "4711": "$(cat held.pid)" },
      before: {
        "Lists in scripts": "h1# fairway network create old --label team=web",
        "fairway status": `h1# printf 'services: {web: {image: busybox, command: sleep 1000}}' >docker-compose.yml`,
        "fairway network ls": "h1# docker compose down -t 0",
        "fairway network show": `h2# ${create} -o scope=host blue\nh1# ${create} blue`,
        "fairway network create": `h2# docker network rm blue\n${gone("blue")}`,
        "fairway network keep": `h1# ${run} blue --name web ${sleep}\nh1# fairway network rm blue`,
        "fairway subnet ls": "h1# fairway network keep blue",
        "fairway subnet add": "h1# fairway subnet rm 10.2.0.0/24@blue",
        "fairway endpoint show": `h1# ${run} blue --name fix --ip 10.1.0.7 ${sleep}`,
        "fairway address release": "h1# fairway address reserve blue 10.1.0.10",
        "fairway router attach": `h1# fairway router create office
h1# fairway physical-network create wire --type vlan --range 10-20
h1# ${create} --subnet 192.168.1.0/24 --gateway 192.168.1.1 -o physicalnetwork=wire lan`,
        "fairway port create": "h1# fairway subnet add blue fd00:1::/64",
        "fairway port plug": `h1# fairway port create blue --name vm1; fairway port create blue --name vm3
h1# ip netns add lab; setsid unshare -n sh -c 'echo $$ >held.pid; exec sleep 1000' >/dev/null 2>&1 &
h1# until [ -s held.pid ]; do sleep 0.1; done`,
        "fairway trace": async () => {
          await stage.clear();
          await stage.typist.typeLines(`h1# ${create} --ipv6 --subnet 10.1.0.0/24 --subnet fd00:1::/64 blue
h1# ${run} blue --name web -p 8080:80 ${sleep}
h2# ${run} blue --name db ${sleep}`);
        },
        "fairway config check": "h1# cp /etc/fairway/fairway.yaml new.yaml",
        "fairway config import": `h1# printf 'vrsbridge: alubr0\\nloglevel: Debug\\n' >/etc/default/nuage-libnetwork.yaml
h1# printf 'api_server: vip\\nscope: global\\n' >opencontrail.conf
h1# echo "module.httpserver.vhost.api.url='tcp://localhost:8081'" >/etc/vlcp.conf`,
        "fairway completion": "h1# mkdir -p /etc/bash_completion.d ~/.config/fish/completions",
      },
      meanwhile: { "fairway events": "h1# fairway network update blue --label at=$RANDOM" },
    });
  });
});

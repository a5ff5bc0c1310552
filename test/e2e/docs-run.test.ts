import { after, afterEach, before, describe, it } from "node:test";
import { Stage } from "./docs/stage.ts";

const create = "docker network create -d fairway --ipam-driver fairway";
/** Ends when the network is gone everywhere. */
const gone = (name: string) =>
  `h1# fairway network rm ${name}; while fairway network ls -o name | grep -qx ${name}; do sleep 0.2; done`;

describe("the pages on the API, VLCP and physical networks, as they stand", () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.set({
      nics: ["eth1", "trunk0"],
      settings: { api: { vlcp: 8081 } },
    });
  });
  after(() => stage?.[Symbol.asyncDispose]());
  afterEach(() => stage.clear());

  it("A03 A04 A06 docs/api.md: each command prints what the page shows", async () => {
    await stage.typist.types("docs/api.md", {
      words: stage.addresses,
      before: {
        "The API": `h1# ${create} blue`,
        Events: gone("blue"),
        "With a token": [
          undefined,
          `h1# fairway principal create ann --role viewer >ann.txt
h1# sed -n '/BEGIN/,/END/p' ann.txt >ca.pem; TOKEN=$(grep -o 'fwp_.*' ann.txt | head -n 1)`,
        ],
      },
      meanwhile: { Events: "h1# fairway network create blue" },
    });
  });

  it("A01 A02 docs/vlcp.md: each call answers what the page shows", async () => {
    const call =
      "h1# curl -g -d 'physicalnetwork=vlan&id=network_b' http://localhost:8081/viperflow/createlogicalnetwork";
    const subnet = "'logicalnetwork=network_b&cidr=192.168.2.0/24&gateway=192.168.2.1&id=subnet_b'";
    await stage.typist.types("docs/vlcp.md", {
      before: {
        "Call it": [
          undefined,
          `${call}
h1# curl -g -d ${subnet} http://localhost:8081/viperflow/createsubnet`,
        ],
      },
    });
  });

  it("P01 docs/physical-networks.md: each command prints what the page shows", async () => {
    await stage.typist.types("docs/physical-networks.md");
  });
});

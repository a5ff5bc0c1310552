import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../../lab/host/host.ts";
import { Lab } from "../../../lab/lab.ts";
import { until } from "../../../lab/until.ts";
import {
  createNetwork,
  hasNetwork,
  intoNetwork,
  macOf,
  removeAll,
  removeNetworks,
  startContainer,
} from "../docker-network.ts";
import { variant } from "../settings.ts";
import { geneve, udp4 } from "./frames.ts";

/** A host that the cluster knows, and that is not there. */
const third = "10.200.0.9";
const foreign = { mac: "02:de:ad:be:ef:01" };

/** Who on h1 speaks as a host, and to which port of the victim's. */
const speakers = {
  "a container of ours": { from: "nat", port: 7001 },
  "a container of ours on a routed network, in another host's name": {
    from: "routed",
    as: third,
    port: 7002,
  },
  "a container on Docker's bridge": { from: "bridge", port: 7003 },
  "a container on Docker's bridge, in another host's name": { from: "bridge", as: third, port: 7004 },
  "the host itself": { from: undefined, port: 7005 },
  "the host itself, in another host's name": { from: undefined, as: third, port: 7006 },
} as const;
type Speaker = keyof typeof speakers;
const hostItself: readonly Speaker[] = ["the host itself", "the host itself, in another host's name"];

describe(`containers and the tunnels between hosts, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    await h1.sh(`ovn-sbctl chassis-add h9 geneve ${third}`);
    await until("h2's tunnel to the third host", async () =>
      (await h2.sh("ovs-vsctl --bare --columns=options list Interface")).includes(`remote_ip=${third}`),
    );
  });
  after(() => lab?.[Symbol.asyncDispose]());
  afterEach(async () => {
    await removeAll(h1, ["nat", "routed", "bridge"], []);
    await removeAll(h2, ["victim"], []);
    await removeNetworks(h1, "blue", "green", "red");
  });

  /** Sends a datagram to the tunnels' port of a host, by a plain socket or, in another's name, by a raw one. */
  async function say(speaker: Speaker, payload: string, to = h2): Promise<void> {
    const { from, as = "" } = { as: undefined, ...speakers[speaker] };
    const script = `import socket, struct, sys
data, to, source = bytes.fromhex(sys.argv[1]), sys.argv[2], sys.argv[3]
if source:
  s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
  udp = struct.pack("!4H", 7, 6081, 8 + len(data), 0) + data
  ip = struct.pack("!2B3H2BH4s4s", 0x45, 0, 0, 0, 0, 64, 17, 0, *map(socket.inet_aton, (source, to)))
  s.sendto(ip + udp, (to, 0))
else:
  socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(data, (to, 6081))`;
    const into = from === undefined ? [] : await intoNetwork(h1, from);
    await h1.run([...into, "python3", "-c", script, payload, to.address, as]);
  }

  it("S03 no container brings frames into another network in the name of a host, by the port of the tunnels", async () => {
    await createNetwork(h1, "blue");
    await createNetwork(h1, "green", "-o", "mode=routed");
    await createNetwork(h1, "red");
    await hasNetwork(h2, "red");
    await startContainer(h1, "nat", "blue");
    await startContainer(h1, "routed", "green");
    await h1.docker("run", "--detach", "--name", "bridge", busyboxImage, "sleep", "100000");
    await startContainer(h2, "victim", "red");
    await h1.sh("sysctl -qw net.ipv4.conf.docker0.rp_filter=0");

    const mac = await macOf(h2, "victim");
    const { data }: { data: [number, [string, string], string][] } = JSON.parse(
      await h1.sh("ovn-sbctl --format=json --columns=tunnel_key,datapath,mac list Port_Binding"),
    );
    const [port, [, datapath]] = data.find((row) => JSON.stringify(row).includes(mac)) ?? assert.fail(mac);
    const network = Number(await h1.sh(`ovn-sbctl --bare --columns=tunnel_key list Datapath ${datapath}`));

    const words = [...(await intoNetwork(h2, "victim")), "tcpdump", "-lnieth0", "udp and src 192.0.2.1"];
    await using tcpdump = h2.spawn(words);
    await tcpdump.printed(/listening on/);
    const all = Object.keys(speakers) as Speaker[];
    const heard = () => all.filter((speaker) => tcpdump.log.includes(`.${speakers[speaker].port}:`));
    // The host's own go last: what was sent before has arrived when they have.
    await until("what the host itself says", async () => {
      for (const speaker of all)
        await say(speaker, geneve(network, port, udp4(foreign, "192.0.2.1", [1, speakers[speaker].port])));
      return hostItself.every((speaker) => heard().includes(speaker));
    });
    assert.deepEqual(heard(), hostItself);
  });

  it("S03 no container of ours reaches the port of the tunnels on its own host", async () => {
    await createNetwork(h1, "blue");
    await startContainer(h1, "nat", "blue");
    await using socat = h1.spawn(["socat", "-u", "UDP4-RECVFROM:6081,fork", "-"]);
    const [ours, hosts] = ["from a container\n", "from the host\n"];
    await until("what the host itself says", async () => {
      await say("a container of ours", Buffer.from(ours).toString("hex"), h1);
      await say("the host itself", Buffer.from(hosts).toString("hex"), h1);
      return socat.log.includes(hosts);
    });
    assert.doesNotMatch(socat.log, new RegExp(ours));
  });
});

import { after, before, describe, it } from "node:test";
import { until } from "../../lab/until.ts";
import { inspect, removeAll } from "./docker-network.ts";
import { answersTo, configure, HostOnWire } from "./host-on-wire.ts";
import { Session } from "./session.ts";
import { variant } from "./settings.ts";

/** What a machine's own configuration does with the NIC at each boot, before Fairway is started. */
const unit = `[Unit]
After=openvswitch-switch.service
Before=network.target
[Service]
Type=oneshot
ExecStart=/bin/sh -ec 'until test -e /sys/class/net/eth1; do sleep 0.1; done; . /etc/eth1'
[Install]
WantedBy=multi-user.target`;

describe(`a NIC with the host's own address on a machine that reboots, ${variant}`, () => {
  let machine: HostOnWire;

  before(async () => {
    machine = await HostOnWire.startSystemd();
    await machine.h1.sh(`cat >/etc/eth1 <<'END'
${configure}
END
cat >/etc/systemd/system/eth1.service <<'END'
${unit}
END
systemctl enable eth1`);
  });
  after(() => machine?.[Symbol.asyncDispose]());

  async function reboot(): Promise<void> {
    const { lab, wire } = machine;
    const h1 = lab.systemdHost("h1");
    const { pid } = h1;
    const booted = h1.reboot();
    await until("the machine's next boot", () => h1.isOn && h1.pid !== pid, { timeoutMs: 90_000 });
    // The interface of the machine that was dies a little after it.
    await until("eth1", () =>
      wire.plug(h1, "eth1").then(
        () => true,
        () => false,
      ),
    );
    await booted;
  }

  it("P12 after a reboot the bridge has the address again, the host and its containers are on the LAN, and the NIC gets it back in the end", async () => {
    const { h1, lab } = machine;
    await machine.begin();
    await machine.takeAddress();
    await machine.isTaken();
    await machine.isMoved();
    await machine.sessionGoesOn();
    await machine.startWeb("--ip", "10.70.0.130", "--restart", "always", "--stop-signal", "KILL");
    await answersTo(lab.underlay, "10.70.0.130");

    await reboot();
    await until("web to run", async () => (await inspect(h1, "web", "{{.State.Running}}")) === "true");
    await machine.isMovedAgain();
    await answersTo(lab.underlay, "10.70.0.130");
    await answersTo(lab.underlay, "10.70.0.2");
    await using session = await Session.open(lab.underlay, "10.70.0.3", h1, "10.70.0.2");

    await removeAll(h1, ["web"], ["blue"]);
    await machine.fairway("physical-port rm lan eth1 --host h1");
    await machine.isForgotten();
    await machine.isOwn();
    await session.goesOn();
  });
});

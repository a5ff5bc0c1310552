import { enterPrivateNetwork } from "../agent/private-network.ts";

enterPrivateNetwork();

import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Admissions } from "../../src/center/members/admissions.ts";
import { Authority } from "../../src/cluster/authority.ts";
import {
  centerFiles,
  ensureCenterCertificate,
  southboundFiles,
} from "../../src/cluster/center-certificate.ts";
import { replaceCertificate } from "../../src/cluster/files.ts";
import { ensureKey } from "../../src/cluster/key-pair.ts";
import { serveSouthbound } from "../../src/cluster/southbound.ts";
import { SouthboundKeeper } from "../../src/cluster/southbound-keeper.ts";
import { southboundPlaces } from "../../src/cluster/southbound-places.ts";
import { writePrivately } from "../../src/host/files.ts";
import { derive } from "../../src/identity.ts";
import { fingerprintOf } from "../../src/public-key.ts";
import { until } from "../agent/chassis.ts";
import { silent } from "../bad-input/api-under-test.ts";
import { TestCenter } from "../center.ts";

/** OVN starts, and the process that lets hosts in. */
const boundMs = 20_000;

const run = promisify(execFile);
const sh = async (script: string): Promise<string> => (await run("/bin/sh", ["-ec", script])).stdout.trim();

/** Debian's own script, in the tree's own /run. */
const ovnCtl = "/usr/share/ovn/scripts/ovn-ctl";

/** Its daemons have their usual places, which must not be those of somebody's machine. */
const skip = existsSync("/usr/share/fairway-lab") ? false : "needs a lab's tree: lab/in-tree";

describe("OVN's Southbound for other machines", { timeout: 60_000, skip }, () => {
  let directory: string;
  let authority: string;
  let center: TestCenter;
  let keeper: SouthboundKeeper;
  /** The process that lets hosts in. */
  let served: ChildProcess | undefined;
  let starts = 0;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "fairway-southbound-"));
    authority = join(directory, "authority");
    await sh("ip link set lo up");
    await mkdir("/run/ovn", { recursive: true });
    await sh(`mkdir -p /var/log/ovn /var/lib/ovn; ${ovnCtl} start_northd >&2`);
    await Authority.ensure(authority, "hosts");
    await ensureCenterCertificate(authority, { name: "center", addresses: ["127.0.0.1"] });
    // What a Fairway before this one had set.

    await sh(
      "ovn-sbctl --id=@it create Connection target='\"pssl:6642:127.0.0.1\"' role=ovn-controller -- add SB_Global . connections @it",
    );
    center = await TestCenter.start();
    const { ca, cert, key } = centerFiles(authority);
    const listen = [{ address: "127.0.0.1", port: 6640, ca, cert, key }];
    const config = { center: { authority, listen }, api: { socket: join(directory, "run/api.sock") } };
    await writePrivately(join(directory, "fairway.yaml"), JSON.stringify(config));
    keeper = keep();
    for (const name of ["h1", "h2"]) await admit(name);
    await until("a host to be let in", async () => assert.equal(await asHost("h1", "show"), ""), boundMs);
  });
  after(async () => {
    await keeper?.[Symbol.asyncDispose]();
    served?.kill("SIGKILL");
    await center?.[Symbol.asyncDispose]();
    await sh(`${ovnCtl} stop_northd >&2`);
    await rm(directory, { recursive: true });
  });

  function keep(): SouthboundKeeper {
    const service = {
      start: async () => {
        starts++;
        const program = fileURLToPath(new URL("../../bin/fairway.ts", import.meta.url));
        const words = [program, "-c", join(directory, "fairway.yaml"), "southbound"];
        served = spawn(process.execPath, words, { stdio: "ignore" });
      },
      end: async () => void served?.kill("SIGKILL"),
    };
    const admissions = new Admissions(center.store);
    return new SouthboundKeeper({
      ...southboundPlaces(authority, join(directory, "run")),
      admissions,
      logger: silent,
      service,
    });
  }

  const keyFile = (name: string) => join(directory, name, "key.pem");

  async function admit(name: string, systemId = `chassis-${name}`): Promise<void> {
    const key = fingerprintOf(createPublicKey(await ensureKey(keyFile(name))));
    await center.store.change((draft) => {
      const cells = { system_id: systemId, labels: {},
    admitted_key: key };
      const [known] = draft.find("Host", "byName", name);
      if (known !== undefined) draft.update("Host", known._uuid, cells);
      else
        draft.insert("Host", derive("host", name), {
          name,
          ...cells,
          tunnel_address: null,
          underlay_mtu: null,
          taken: [],
          versions: {},
          state: "up",
          state_since: null,
          number: null,
        });
    });
  }

  async function revoke(name: string): Promise<void> {
    await center.store.change((draft) => {
      const [host] = draft.find("Host", "byName", name);
      assert.ok(host);
      draft.update("Host", host._uuid, { admitted_key: null });
    });
  }

  interface Shown {
    /** What its certificate says; the system-id of the host by default. */
    readonly commonName?: string;
    readonly by?: "hosts" | "centrals";
  }

  /** The options by which a program has the host's key. */
  async function tlsOf(
    name: string,
    { commonName = `chassis-${name}`, by = "hosts" }: Shown = {},
  ): Promise<string> {
    const files = { key: keyFile(name), cert: join(directory, name, "cert.pem") };
    const key = createPublicKey(await ensureKey(files.key));
    const subject = { commonName, dnsNames: [], addresses: [], usages: ["client"], lifeMs: 60_000 } as const;
    await replaceCertificate(files, await (await Authority.ensure(authority, by)).certify(key, subject));
    const ca = join(directory, "ca.pem");
    await writePrivately(ca, (await Authority.ensure(authority, "centrals")).pem);
    return `-p ${files.key} -c ${files.cert} -C ${ca}`;
  }

  /** `ovn-sbctl` with a host's key. */
  async function asHost(name: string, words: string, shown: Shown = {}, port = 6642): Promise<string> {
    const tls = await tlsOf(name, shown);
    return sh(`ovn-sbctl --timeout=5 --db=ssl:127.0.0.1:${port} ${tls} ${words} 2>&1`).catch(
      (error: { stdout: string }) => error.stdout,
    );
  }

  /** A connection that is open. */
  const watch = (tls: string) =>
    spawn("sh", [
      "-c",
      `exec ovsdb-client ${tls} monitor ssl:127.0.0.1:6642 OVN_Southbound SB_Global nb_cfg`,
    ]);

  const chassis = (name: string) => `chassis-add ${name} geneve 192.0.2.${name.endsWith("2") ? 2 : 1}`;
  const refusal = /database connection failed|Protocol error|reset|Broken pipe|Alarm clock|closed/;

  test("A06 a host may write its own chassis, and no other's, whatever its certificate says", async () => {
    assert.equal(await asHost("h1", chassis("chassis-h1")), "");
    assert.match(
      await asHost("h1", chassis("chassis-h2")),
      /RBAC rules for client .{1,2}chassis-h1.{1,2} role .* prohibit row insertion/,
    );
    assert.match(
      await asHost("h2", "destroy Chassis chassis-h1", { commonName: "chassis-h1" }),
      /RBAC rules for client .{1,2}chassis-h2/,
    );
    assert.equal(await sh("ovn-sbctl --bare --columns=name list Chassis"), "chassis-h1");
  });

  test("A06 another authority's certificate, none, a key that nobody admitted: each is refused; ovsdb-server believes the center alone", async () => {
    assert.match(await asHost("h1", "show", { by: "centrals" }), refusal);
    assert.match(await asHost("h9", "show"), refusal);
    assert.match(
      await sh("ovn-sbctl --timeout=5 --db=tcp:127.0.0.1:6642 show 2>&1 || true"),
      /failed|closed|timed|Alarm|reset/i,
    );
    for (const by of ["hosts", "centrals"] as const)
      assert.match(await asHost("h1", "show", { by }, 6639), refusal, by);
    assert.match(await asHost("h1", "show"), /Chassis chassis-h1/, "and the one that it knows is served");
  });

  test("M08 with its key a host's connections end at once, and it gets none from any address", async () => {
    await keeper.admissionsApplied();
    assert.equal(await asHost("h2", chassis("chassis-h2")), "");
    const tls = await tlsOf("h2");
    const monitor = watch(tls);
    const over = once(monitor, "exit");
    await once(monitor.stdout, "data");
    await revoke("h2");
    await keeper.admissionsApplied();
    await over;
    assert.match(await asHost("h2", "show"), refusal);
    assert.match(await asHost("h1", "show"), /Chassis chassis-h1/, "another host's goes on");
    await admit("h2");
    await keeper.admissionsApplied();
    assert.match(await asHost("h2", "show"), /Chassis chassis-h1/);
  });

  test("A06 a host that was admitted with another system-id is known by that from then on", async () => {
    await admit("h2", "chassis-new");
    await keeper.admissionsApplied();
    assert.match(await asHost("h2", chassis("chassis-other")), /RBAC rules for client .{1,2}chassis-new/);
    await admit("h2");
    await keeper.admissionsApplied();
  });

  test("X04 hosts stay connected while their center is away, and whom it removed meanwhile is out when it is back", async () => {
    const [before, monitor] = [served, watch(await tlsOf("h2"))];
    await once(monitor.stdout, "data");
    await keeper[Symbol.asyncDispose]();
    assert.match(await asHost("h1", "show"), /Chassis chassis-h1/);
    assert.equal(monitor.exitCode, null);
    await revoke("h2");
    const over = once(monitor, "exit");
    keeper = keep();
    await keeper.admissionsApplied();
    await over;
    assert.equal(served, before, "it was not started again");
    await admit("h2");
    await keeper.admissionsApplied();
  });

  test("M08 one that does not answer is an error whoever asks; one that died is started again", async () => {
    served?.kill("SIGSTOP");
    await assert.rejects(keeper.admissionsApplied(), {
      code: "unavailable",
      message: /^the process that lets hosts in to OVN's Southbound does not answer: /,
    });
    served?.kill("SIGCONT");
    await keeper.admissionsApplied();
    const before = starts;
    served?.kill("SIGKILL");
    await until(
      "the process to be started again",
      async () => assert.match(await asHost("h1", "show"), /Chassis chassis-h1/),
      boundMs,
    );
    assert.equal(starts, before + 1);
  });

  test("what an older version had set is gone; once more changes nothing; what somebody else set there is named", async () => {
    const connections = () => sh("ovn-sbctl --bare --columns=target,role list Connection");
    assert.equal(await connections(), "pssl:6639:127.0.0.1\novn-controller");
    await serveSouthbound(southboundFiles(authority));
    assert.equal(await connections(), "pssl:6639:127.0.0.1\novn-controller");
    await assert.rejects(serveSouthbound(southboundFiles("/elsewhere/authority")), {
      code: "conflict",
      message:
        /has the TLS key .* already, Fairway would set \/elsewhere\/central\/key\.pem; ovn-sbctl del-ssl/,
    });
    await sh(
      "ovn-sbctl --id=@it create Connection target='\"ptcp:6642\"' -- add SB_Global . connections @it",
    );
    await assert.rejects(serveSouthbound(southboundFiles(authority)), {
      code: "conflict",
      message: /^OVN's Southbound listens on ptcp:6642 already; .*ovn-sbctl del-connection/,
    });
    await sh("ovn-sbctl del-connection");
    assert.equal(await connections(), "");
    // The next one who does not get through is the occasion.
    await until(
      "a host to be let in again",
      async () => assert.match(await asHost("h1", "show"), /Chassis chassis-h1/),
      boundMs,
    );
    assert.equal(await connections(), "pssl:6639:127.0.0.1\novn-controller");
  });

  test("shows the center's new certificate when that was renewed, without a restart", async () => {
    const serial = () =>
      sh("openssl s_client -connect 127.0.0.1:6642 </dev/null 2>/dev/null | openssl x509 -noout -serial");
    const before = await serial();
    const files = centerFiles(authority);
    const subject = {
      commonName: "center",
      dnsNames: [],
      addresses: ["127.0.0.1"],
      usages: ["server"],
    } as const;
    const centrals = await Authority.ensure(authority, "centrals");
    const key = createPublicKey(await ensureKey(files.key));
    await replaceCertificate(files, await centrals.certify(key, { ...subject, lifeMs: 3_600_000 }));
    keeper.reloadCertificates();
    await until("the new certificate", async () => assert.notEqual(await serial(), before), boundMs);
    await until(
      "a host to be let in by it",
      async () => assert.equal(await asHost("h1", "--columns=name list SB_Global >/dev/null"), ""),
      boundMs,
    );
  });
});

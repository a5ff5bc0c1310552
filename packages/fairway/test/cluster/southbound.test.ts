import { enterPrivateNetwork } from "../agent/private-network.ts";

enterPrivateNetwork();

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { Authority } from "../../src/cluster/authority.ts";
import { centralFiles, ensureCentralCertificate } from "../../src/cluster/central-certificate.ts";
import { replaceCertificate, writePrivately } from "../../src/cluster/files.ts";
import { ensureKey } from "../../src/cluster/key-pair.ts";
import { RefusedHosts } from "../../src/cluster/refused-hosts.ts";
import { listenSouthbound, removeChassis } from "../../src/cluster/southbound.ts";

const run = promisify(execFile);
const sh = async (script: string): Promise<string> => (await run("/bin/sh", ["-ec", script])).stdout.trim();

/** Debian's own script, in the tree's own /run. */
const ovnCtl = "/usr/share/ovn/scripts/ovn-ctl";

/** Its daemons have their usual places, which must not be those of somebody's machine. */
const skip = existsSync("/usr/share/fairway-lab") ? false : "needs a lab's tree: lab/in-tree";

describe("OVN's Southbound for other machines", { timeout: 60_000, skip }, () => {
  let directory: string;
  let authority: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "fairway-southbound-"));
    authority = join(directory, "authority");
    await sh("ip link set lo up");
    await mkdir("/run/ovn", { recursive: true });
    await sh(`mkdir -p /var/log/ovn /var/lib/ovn; ${ovnCtl} start_northd >&2`);
    await Authority.ensure(authority, "hosts");
    await ensureCentralCertificate(authority, { name: "center", addresses: ["127.0.0.1"] });
  });
  after(async () => {
    await sh(`${ovnCtl} stop_northd >&2`);
    await rm(directory, { recursive: true });
  });

  /** `ovn-sbctl` as a host whose certificate has this name, by that authority. */
  async function asHost(name: string, words: string, by: "hosts" | "centrals" = "hosts"): Promise<string> {
    const own = join(directory, `${by}-${name}`);
    const files = { key: join(own, "key.pem"), cert: join(own, "cert.pem") };
    const subject = {
      commonName: name,
      dnsNames: [],
      addresses: [],
      usages: ["client"],
      lifeMs: 60_000,
    } as const;
    const key = createPublicKey(await ensureKey(files.key));
    await replaceCertificate(files, await (await Authority.ensure(authority, by)).certify(key, subject));
    const ca = join(directory, "ca.pem");
    await writePrivately(ca, (await Authority.ensure(authority, "centrals")).pem);
    return sh(
      `ovn-sbctl --timeout=5 --db=ssl:127.0.0.1:6642 -p ${files.key} -c ${files.cert} -C ${ca} ${words} 2>&1`,
    ).catch((error: { stdout: string }) => error.stdout);
  }

  const chassis = (name: string) => `chassis-add ${name} geneve 192.0.2.1`;

  test("A06 listens by TLS; a host may write its own chassis, and no other's", async () => {
    await listenSouthbound("127.0.0.1", centralFiles(authority));
    assert.equal(await asHost("chassis-1", chassis("chassis-1")), "");
    assert.match(
      await asHost("chassis-1", chassis("chassis-2")),
      /RBAC rules for client .{1,2}chassis-1.{1,2} role .* prohibit row insertion/,
    );
    assert.match(
      await asHost("chassis-2", "destroy Chassis chassis-1"),
      /RBAC rules for client .{1,2}chassis-2/,
    );
    assert.equal(await sh("ovn-sbctl --bare --columns=name list Chassis"), "chassis-1");
  });

  test("A06 a certificate of the centrals' authority is no host's, and none is none", async () => {
    assert.match(await asHost("chassis-1", "show", "centrals"), /database connection failed|Protocol error/);
    assert.match(
      await sh("ovn-sbctl --timeout=5 --db=tcp:127.0.0.1:6642 show 2>&1 || true"),
      /failed|closed|timed|Alarm|reset/i,
    );
  });

  test("once more changes nothing; what somebody else set there is named", async () => {
    await listenSouthbound("127.0.0.1", centralFiles(authority));
    const connections = () => sh("ovn-sbctl --bare --columns=target,role list Connection");
    assert.equal(await connections(), "pssl:6642:127.0.0.1\novn-controller");
    await assert.rejects(listenSouthbound("127.0.0.2", centralFiles(authority)), {
      code: "conflict",
      message: /^OVN's Southbound listens on pssl:6642:127\.0\.0\.1 already; .*ovn-sbctl del-connection/,
    });
    await assert.rejects(listenSouthbound("127.0.0.1", centralFiles("/elsewhere/authority")), {
      code: "conflict",
      message:
        /has the TLS key .* already, Fairway would set \/elsewhere\/central\/key\.pem; ovn-sbctl del-ssl/,
    });
    assert.equal(await connections(), "pssl:6642:127.0.0.1\novn-controller");
  });

  test("shows the center's new certificate when that was renewed, without a restart", async () => {
    const serial = () =>
      sh("openssl s_client -connect 127.0.0.1:6642 </dev/null 2>/dev/null | openssl x509 -noout -serial");
    const before = await serial();
    const files = centralFiles(authority);
    const subject = {
      commonName: "center",
      dnsNames: [],
      addresses: ["127.0.0.1"],
      usages: ["server"],
    } as const;
    const centrals = await Authority.ensure(authority, "centrals");
    const key = createPublicKey(await ensureKey(files.key));
    await replaceCertificate(files, await centrals.certify(key, { ...subject, lifeMs: 3_600_000 }));
    const end = Date.now() + 10_000;
    while ((await serial()) === before) assert.ok(Date.now() < end, "it still shows the old one");
    assert.equal(await asHost("chassis-1", "--columns=name list SB_Global >/dev/null"), "");
  });

  test("M08 a removed host's chassis goes, and its address reaches the Southbound no more, after a boot too, until it is admitted again", async () => {
    const refused = new RefusedHosts(join(directory, "refused.json"));
    const isRefused = async () =>
      assert.match(await asHost("chassis-1", "show"), /Connection refused|failed|reset/);
    await refused.refuse("127.0.0.1");
    await refused.refuse("127.0.0.1");
    await removeChassis("chassis-1");
    await removeChassis("chassis-1");
    assert.equal(await sh("ovn-sbctl --bare --columns=name list Chassis"), "");
    await isRefused();
    await sh("nft delete table inet fairway_center");
    await refused.restore();
    await isRefused();
    await refused.letThrough("127.0.0.1");
    await refused.letThrough("127.0.0.1");
    assert.equal(await asHost("chassis-1", chassis("chassis-1")), "");
    await refused.refuse("fd00::7");
    assert.match(await sh("nft list set inet fairway_center refused6"), /fd00::7 timeout (1d1h|1d59m59s)/);
  });
});

import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { Authority } from "../../src/cluster/authority.ts";
import { replaceCertificate } from "../../src/cluster/files.ts";
import { ensureKey } from "../../src/cluster/key-pair.ts";
import { writePrivately } from "../../src/host/files.ts";
import { derive } from "../../src/identity.ts";
import type { Store } from "../../src/intent/store.ts";
import { fingerprintOf } from "../../src/public-key.ts";

const run = promisify(execFile);

/** What a shell says. Throws where it fails. */
export const sh = async (script: string): Promise<string> =>
  (await run("/bin/sh", ["-ec", script])).stdout.trim();

interface Shown {
  /** What its certificate says; the system-id of the host by default. */
  readonly commonName?: string;
  readonly by?: "hosts" | "centrals";
}

/** Hosts that come to OVN's Southbound, as programs with their keys. */
export class SouthboundPeers {
  readonly #directory: string;
  readonly #store: Store;

  /** @param directory has the authorities below `authority`, and gets the hosts' keys. @param store says who is admitted. */
  constructor(directory: string, store: Store) {
    this.#directory = directory;
    this.#store = store;
  }

  async admit(name: string, systemId = `chassis-${name}`): Promise<void> {
    const key = fingerprintOf(createPublicKey(await ensureKey(this.#keyFile(name))));
    await this.#store.change((draft) => {
      const columns = { system_id: systemId, labels: {}, admitted_key: key };
      const [known] = draft.find("Host", "byName", name);
      if (known !== undefined) draft.update("Host", known._uuid, columns);
      else
        draft.insert("Host", derive("host", name), {
          name,
          ...columns,
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

  async revoke(name: string): Promise<void> {
    await this.#store.change((draft) => {
      const [host] = draft.find("Host", "byName", name);
      if (host !== undefined) draft.update("Host", host._uuid, { admitted_key: null });
    });
  }

  /** The options by which a program has the host's key. */
  async tlsOf(name: string, { commonName = `chassis-${name}`, by = "hosts" }: Shown = {}): Promise<string> {
    const authority = (kind: "hosts" | "centrals") =>
      Authority.ensure(join(this.#directory, "authority"), kind);
    const files = { key: this.#keyFile(name), cert: join(this.#directory, name, "cert.pem") };
    const key = createPublicKey(await ensureKey(files.key));
    const subject = { commonName, dnsNames: [], addresses: [], usages: ["client"], lifeMs: 60_000 } as const;
    await replaceCertificate(files, await (await authority(by)).certify(key, subject));
    const ca = join(this.#directory, "ca.pem");
    await writePrivately(ca, (await authority("centrals")).pem);
    return `-p ${files.key} -c ${files.cert} -C ${ca}`;
  }

  /** What `ovn-sbctl` with a host's key says. */
  async run(name: string, words: string, shown: Shown = {}, port = 6642): Promise<string> {
    const tls = await this.tlsOf(name, shown);
    return sh(`ovn-sbctl --timeout=5 --db=ssl:127.0.0.1:${port} ${tls} ${words} 2>&1`).catch(
      (error: { stdout: string }) => error.stdout,
    );
  }

  /** A connection of a host that stays open. */
  async watch(name: string): Promise<ChildProcessWithoutNullStreams> {
    const tls = await this.tlsOf(name);
    const monitor = `ovsdb-client ${tls} monitor ssl:127.0.0.1:6642 OVN_Southbound SB_Global nb_cfg`;
    return spawn("sh", ["-c", `exec ${monitor}`]);
  }

  #keyFile(name: string): string {
    return join(this.#directory, name, "key.pem");
  }
}

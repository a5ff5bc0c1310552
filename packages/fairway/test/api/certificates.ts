import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Admission } from "../../src/api/admission.ts";
import type { CertificateFiles } from "../../src/api/connection.ts";
import { fingerprintOf } from "../../src/public-key.ts";

const run = promisify(execFile);

/** A certificate authority in a directory of its own; disposing of it removes the directory. */
export class Authority implements AsyncDisposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async create(): Promise<Authority> {
    const authority = new Authority(await mkdtemp(join(tmpdir(), "fairway-ca-")));
    const { key, cert } = authority.#filesOf("ca");
    const self = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    await run("openssl", [
      "req",
      ...self,
      "-subj",
      "/CN=test CA",
      "-days",
      "2",
      "-keyout",
      key,
      "-out",
      cert,
    ]);
    return authority;
  }

  /** A certificate for 127.0.0.1 with this subject, e.g. `/CN=node-1`. */
  async issue(name: string, subject: string, days = 1): Promise<CertificateFiles> {
    const { key, cert } = this.#filesOf(name);
    const ca = this.#filesOf("ca");
    const request = join(this.#directory, `${name}.csr`);
    const extensions = join(this.#directory, `${name}.ext`);
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    await writeFile(extensions, "subjectAltName=IP:127.0.0.1\n");
    await run("openssl", ["req", "-new", ...kind, "-subj", subject, "-keyout", key, "-out", request]);
    const signing = [
      "-CA",
      ca.cert,
      "-CAkey",
      ca.key,
      "-CAcreateserial",
      "-days",
      String(days),
      "-extfile",
      extensions,
    ];
    await run("openssl", ["x509", "-req", "-in", request, ...signing, "-out", cert]);
    return { ca: ca.cert, cert, key };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true });
  }

  #filesOf(name: string): { readonly key: string; readonly cert: string } {
    return { key: join(this.#directory, `${name}.key`), cert: join(this.#directory, `${name}.crt`) };
  }
}

/** Who is admitted, by a test's word. */
export class Admitted implements Admission {
  readonly #names = new Map<string, string>();
  readonly #changes = new EventEmitter();

  admit(name: string, { cert }: CertificateFiles): void {
    this.#names.set(fingerprintOf(new X509Certificate(readFileSync(cert)).publicKey), name);
    this.#changes.emit("change");
  }

  remove(name: string): void {
    for (const [key, each] of this.#names) if (each === name) this.#names.delete(key);
    this.#changes.emit("change");
  }

  hostWithKey(fingerprint: string): string | undefined {
    return this.#names.get(fingerprint);
  }

  onChange(look: () => void): Disposable {
    this.#changes.on("change", look);
    return { [Symbol.dispose]: () => void this.#changes.off("change", look) };
  }
}

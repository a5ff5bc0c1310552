import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { OvsdbClient, type OvsdbClientOptions } from "../src/index.ts";
import { shapesJson } from "./schema.ts";
import { makeDirectory, TestServer, until } from "./server.ts";

function openssl(...args: string[]): void {
  const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

/** Makes an authority `name` in the directory and gives out certificates of it. */
function authority(directory: string, name: string) {
  const path = (file: string) => `${directory}/${name}-${file}`;
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...ec, "-keyout", path("ca.key"), "-out", path("ca.pem"), "-subj", `/CN=${name}`);
  return (who: string) => {
    openssl("req", ...ec, "-keyout", path(`${who}.key`), "-out", path(`${who}.csr`), "-subj", `/CN=${who}`);
    const signed = [
      "-CA",
      path("ca.pem"),
      "-CAkey",
      path("ca.key"),
      "-CAcreateserial",
      "-out",
      path(`${who}.pem`),
    ];
    openssl("x509", "-req", "-in", path(`${who}.csr`), ...signed);
    return { ca: path("ca.pem"), cert: path(`${who}.pem`), key: path(`${who}.key`) };
  };
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("talks TLS with certificates on both sides, and to nobody without the right one", async (t) => {
  const directory = makeDirectory();
  t.after(() => rmSync(directory, { recursive: true }));
  const [issue, foreign] = [authority(directory, "ours"), authority(directory, "theirs")];
  const own = issue("server");
  const port = await freePort();
  await using server = await TestServer.start([shapesJson], {
    extra: [`--remote=pssl:${port}:127.0.0.1`, `-p${own.key}`, `-c${own.cert}`, `-C${own.ca}`],
  });
  const read = (files: ReturnType<typeof issue>) => ({
    ca: readFileSync(files.ca),
    cert: readFileSync(files.cert),
    key: readFileSync(files.key),
  });
  const remotes = [`ssl:127.0.0.1:${port}`];
  const files = issue("client");
  await using client = new OvsdbClient({ remotes, tls: () => read(files) });
  assert.deepEqual((await client.getSchema("Shapes")).name, "Shapes");

  const refused = async (tls: NonNullable<OvsdbClientOptions["tls"]>, reason: RegExp) => {
    const warnings: string[] = [];
    const logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (text: string) => void warnings.push(text),
    };
    await using stranger = new OvsdbClient({ remotes, tls, logger, backoff: { minMs: 20, maxMs: 50 } });
    let served = false;
    stranger.once("connect", () => {
      served = true;
    });
    await until(() => warnings.some((text) => reason.test(text)));
    assert.equal(served, false);
  };
  const theirs = read(foreign("client"));
  const ours = read(issue("other"));
  assert.throws(() => new OvsdbClient({ remotes, tls: { ...ours, key: "no key" } }), {
    code: "invalid argument",
  });
  await refused(theirs, /certificate/);
  await refused({ ...ours, verifyHostname: true }, /altnames|IP/);
  await server.stop();
});

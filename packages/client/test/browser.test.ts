import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { Agent, type RequestInit as UndiciInit, fetch as undiciFetch } from "undici";
import type { PrincipalCaller } from "../../fairway/src/center/context.ts";
import { Admitted, Authority } from "../../fairway/test/api/certificates.ts";
import { samples } from "../../fairway/test/api/sample-objects.ts";
import { serve } from "../../fairway/test/api/serve.ts";
import type * as fairway from "../src/index.ts";

/** What browsers have, and Node, too. */
const webGlobals = {
  AbortController,
  AbortSignal,
  DOMException,
  TextDecoder,
  URL,
  clearTimeout,
  performance,
  setTimeout,
};

/** The client as a bundler for browsers makes it, where there is nothing but the language and what browsers have. */
async function inBrowser(): Promise<typeof fairway> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(import.meta.dirname, "../src/index.ts")],
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: "fairway",
    target: "es2022",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const foreign = Object.keys(metafile.inputs).filter(
    (input) => !/packages\/client\/src\/[^/]*\.ts$|\/generated\//.test(input),
  );
  assert.deepEqual(foreign, [], "it is made of this package alone, without its part for Node");
  const text = outputFiles[0]?.text ?? "";
  return runInContext(`${text}; fairway`, createContext({ ...webGlobals })) as typeof fairway;
}

test("A03 a browser gets the same client: it asks, pages, follows events and fails by fetch alone", async () => {
  await using authority = await Authority.create();
  const files = await authority.issue("central", "/CN=central");
  const viewer: PrincipalCaller = { kind: "principal", name: "ci", role: "viewer", organization: null };
  const changes = {
    principals: { authenticate: () => viewer },
    events: {
      async *follow(_: unknown, { signal }: { readonly signal: AbortSignal }) {
        yield { type: "ready" as const, id: "3-abc.0" };
        await once(signal, "abort");
      },
    },
  };
  const listener = {
    kind: "tls" as const,
    address: "127.0.0.1",
    port: 0,
    admission: new Admitted(),
    ...files,
  };
  await using served = await serve(changes, { listeners: [listener] });
  const { createClient, ApiError } = await inBrowser();
  const dispatcher = new Agent({ connect: { ca: readFileSync(files.ca) } });
  const fetch = async (url: string, init: RequestInit) =>
    (await undiciFetch(url, { ...(init as object as UndiciInit), dispatcher })) as unknown as Response;
  await using client = createClient({ url: served.targets[1] ?? "", token: "fwp_x", fetch });
  // What is made there has other prototypes.
  const same = (one: unknown, other: unknown) => assert.equal(JSON.stringify(one), JSON.stringify(other));
  same(await client.showNetwork({ reference: "blue" }), samples.network);
  same(await Array.fromAsync(client.each("listNetworks", { label: "team" })), [samples.network]);
  for await (const { type } of client.events()) {
    assert.equal(type, "ready");
    break;
  }
  const missing: unknown = await client.showNetwork({ reference: "bleu" }).catch((error: unknown) => error);
  assert.ok(missing instanceof ApiError);
  assert.deepEqual([missing.code, missing.status], ["not_found", 404]);
  await assert.rejects(client.createToken({}), (error) => error instanceof ApiError && error.status === 403);
  await served.stop();
  await dispatcher.destroy();
  await assert.rejects(client.status(), (error) => error instanceof ApiError && error.code === "unavailable");
  assert.throws(() => createClient({ url: "unix:/run/fairway/api.sock" }), {
    name: "ApiError",
    code: "invalid",
  });
});

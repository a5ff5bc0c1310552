import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { callbackSources, type Source } from "./sources.ts";

const source = resolve(import.meta.dirname, "../../src");

/** Of an unnamed callback: it settles a promise, ends a connection, or does nothing at all. */
const harmless = [
  /^\(?\w*\)? => undefined$/,
  /^\(?\w*\)? => (void )?(resolve|reject|end|answered\.resolve)\([^()]*\)$/,
  /^\(?\w*\)? => \w+(\.raw)?\.destroy\(\)$/,
  /^\(?code\)? => resolve\(code \?\? -1\)$/,
  /^\(\) => (this\.#open|hosts)\.delete\(socket\)$/,
  /^\(\) => server\.close(Idle|All)Connections\(\)$/,
];

/** Of a named one: what its definition in the same file must look like. */
const definitions: Readonly<Record<string, RegExp>> = {
  resolve: /promise, resolve|\(resolve/,
  reject: /reject }|reject\)/,
  giveUp:
    /const giveUp = \(\) => (reject\(signal\.reason\)|resolve\((undefined|false)\)|request\.destroy\(\)|end\(false\));/,
};

/** Of the OVSDB client: what a listener throws goes to the logger that it was given. */
const ovsdb = /(^|\.)#?(replica|lock)$|^client$/;

/** The others, each with the reason why it cannot throw. */
const known: Readonly<Record<string, string>> = {
  "agent/names/uplink-server.ts () => { this.#open": "it counts, by names that were counted before",
  "api/strangers.ts () => this.#leave": "it counts, by names that were counted before",
  "api/principal-limits.ts () => this.#tally": "it counts, by names that were counted before",
  "api/requests.ts () => { this.#underWay": "it ends a signal, whose listeners are in this list too",
  "runtime/within.ts () => { const error": "it settles a promise and ends a signal",
  "host/unixctl.ts (error: NodeJS": "it settles a promise; of a command, not of the program that serves",
  "host/unixctl.ts (chunk: string)": "of a command, not of the program that serves",
  "host/unixctl.ts () => reject(new": "it settles a promise",
  "cluster/steps.ts () => this.#say": "of a command, not of the program that serves",
  "cli/query.ts () => say(": "of a command, not of the program that serves",
  "cli/terminal.ts () => { output": "of a command, not of the program that serves",
  "cli/commands/run.ts end": "it ends a signal, whose listeners are in this list too",
  "config/reload.ts onHangup": "it rejects nothing: what fails is logged",
  "control/election.ts leave": "it ends a term, whose signal's listeners are in this list too",
  "intent/term.ts tell": "it settles a promise",
  "runtime/loop.ts this.soon": "it begins a run, which catches what its work throws",
  "runtime/loop.ts () => { this.#later": "it begins a run, which catches what its work throws",
  "runtime/loop.ts () => { this.#pause": "it begins a run, which catches what its work throws",
  "runtime/ending.ts this.#begin": "it reads a clock",
  "runtime/ending.ts abort": "it ends a signal, whose listeners are in this list too",
  "runtime/ending.ts wait": "it sets a timer",
  "runtime/ending.ts giveUp": "it ends a process that is ending",
  "runtime/until.ts giveUp": "it settles a promise",
  "runtime/http-client.ts giveUp": "it ends a signal, whose listeners are in this list too",
  "runtime/http-client.ts () => socket.destroy(": "it ends a connection",
  "runtime/http-client.ts () => settle()": "it gives undici a connection, which catches what fails about it",
  "runtime/http-client.ts settle": "it tells undici why there is no connection",
  "runtime/http-client.ts () => socket.destroyed":
    "it gives undici a connection, which catches what fails about it",
  "client/caller.ts giveUp": "it ends a signal, whose listeners are in this list too",
  "client/node/transport.ts () => socket.destroy(": "it ends a connection",
  "client/node/transport.ts () => settle()":
    "it gives undici a connection, which catches what fails about it",
  "client/node/transport.ts settle": "it tells undici why there is no connection",
  "cluster/intent-server.ts () => probe": "it writes to a socket, whose failure is an event",
};

const reasonFor = ({ file, callback }: Source) =>
  Object.entries(known).find(([place]) => `${file} ${callback.replaceAll(/\s+/g, " ")}`.startsWith(place));

function isSafe(source: Source): boolean {
  const { callback, receiver, text } = source;
  if (ovsdb.test(receiver)) return true;
  if (callback.startsWith("guarded(") || harmless.some((each) => each.test(callback))) return true;
  const definition = definitions[callback];
  if (definition !== undefined) return definition.test(text);
  // A helper of the same file, a field that the constructor fills, or an occasion for a loop, which catches what its work throws.
  const [helper] = callback.split("(");
  const name = RegExp.escape(helper ?? "");
  if (
    new RegExp(
      `(${name} = guarded\\(|function ${name}<[^]*?return guarded\\(|const ${name} = [^;]*\\n?\\s*guarded\\()`,
    ).test(text)
  )
    return true;
  if (/^this\.#\w*\.?soon$|^this\.#loop\.soon$/.test(callback)) return true;
  const field = RegExp.escape(callback.replace("this.", ""));
  return new RegExp(`readonly ${field} = \\(\\): void => this\\.#loop\\.soon\\(\\)`).test(text);
}

test("no callback of a timer, emitter or stream can end the process: each is guarded, or can do nothing that fails", () => {
  const sources = callbackSources();
  assert.ok(sources.length > 40, "the sources are found");
  const unsafe = sources.filter((source) => !isSafe(source) && reasonFor(source) === undefined);
  assert.deepEqual(
    unsafe.map(({ file, line, by, callback }) => `${file}:${line} ${by} ${callback.slice(0, 60)}`),
    [],
  );
  const reasons = new Set(sources.flatMap((source) => reasonFor(source)?.[0] ?? []));
  assert.deepEqual([...reasons].sort(), Object.keys(known).sort(), "every reason is still needed");
});

test("every OVSDB client has a logger for what its listeners throw", () => {
  const clients = globSync("**/*.ts", { cwd: source }).flatMap((file) =>
    [...readFileSync(join(source, file), "utf8").matchAll(/new OvsdbClient\(\{([^]*?)\n\s*\}\)/g)].map(
      ([, options = ""]) => ({ file, hasLogger: /\blogger:/.test(options) }),
    ),
  );
  assert.ok(clients.length > 2, "they are found");
  assert.deepEqual(
    clients.filter(({ hasLogger }) => !hasLogger),
    [],
  );
});

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
    /const giveUp = \(\) => (reject\(signal\.reason\)|resolve\(undefined\)|request\.destroy\(\)|end\(false\));/,
};

/** Of the OVSDB client: what a listener throws goes to the logger that it was given. */
const ovsdb = /(^|\.)#?(replica|lock)$|^client$/;

/** The others, each with the reason why it cannot throw. */
const known: Readonly<Record<string, string>> = {
  "agent/ports.ts tryLook": "it rejects the wait with what it throws",
  "agent/names/leg-server.ts () => { this.#open": "it counts, by names that were counted before",
  "api/strangers.ts () => this.#leave": "it counts, by names that were counted before",
  "api/transport.ts () => { silent =": "it notes an error and ends the request",
  "api/transport.ts () => { late =": "it notes a time and ends the request",
  "api/requests.ts () => { this.#underWay": "it ends a signal, whose listeners are in this list too",
  "doctor/bound.ts () => { const error": "it settles a promise and ends a signal",
  "doctor/unixctl.ts (error: NodeJS": "it settles a promise; of a command, not of the program that serves",
  "doctor/unixctl.ts (chunk: string)": "of a command, not of the program that serves",
  "doctor/unixctl.ts () => reject(new": "it settles a promise",
  "doctor/http.ts (answer) =>": "it settles a promise",
  "cluster/steps.ts () => this.#say": "of a command, not of the program that serves",
  "cli/commands/run.ts end": "it ends a signal, whose listeners are in this list too",
  "config/reload.ts onHangup": "it rejects nothing: what fails is logged",
  "control/election.ts leave": "it ends a term, whose signal's listeners are in this list too",
  "control/host-states.ts wake": "it settles a promise and ends its own subscriptions",
  "intent/term.ts tell": "it settles a promise",
  "runtime/loop.ts this.soon": "it begins a run, which catches what its work throws",
  "runtime/loop.ts () => { this.#later": "it begins a run, which catches what its work throws",
  "runtime/loop.ts () => { this.#pause": "it begins a run, which catches what its work throws",
  "service/wait.ts give": "it settles a promise and ends its own subscriptions",
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

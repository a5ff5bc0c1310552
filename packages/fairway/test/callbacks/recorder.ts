import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { ClientRequest, OutgoingMessage } from "node:http";
import { Socket } from "node:net";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";

/** A callback that the program gave away, and where. */
export interface Recorded {
  /** File below `src`, and line. */
  readonly place: string;
  readonly call: (...words: unknown[]) => unknown;
}

const place = /\/packages\/fairway\/src\/((?:agent|docker|cluster|cleanup|api|doctor|runtime)\/\S+\.ts:\d+)/;

/**
 * Notes from now on every callback that this program's own code gives to timers, emitters and signals, as the event loop would call it.
 */
export function recordCallbacks(): readonly Recorded[] {
  const recorded: Recorded[] = [];
  const note = (callback: unknown) => {
    // Behind this function and the one that stands for the method: whoever called that itself.
    const at = place.exec(new Error().stack?.split("\n")[3] ?? "")?.[1];
    if (at !== undefined && typeof callback === "function")
      recorded.push({ place: at, call: callback as Recorded["call"] });
  };
  const watch = (object: object, method: string, which: number) => {
    const original = Reflect.get(object, method);
    Reflect.set(
      object,
      method,
      Object.assign(function (this: unknown, ...words: unknown[]) {
        note(words[which]);
        return Reflect.apply(original, this, words);
      }, original),
    );
  };
  for (const method of ["setTimeout", "setInterval"]) watch(globalThis, method, 0);
  for (const { prototype } of [EventEmitter, Readable])
    for (const method of ["on", "once", "addListener"]) watch(prototype, method, 1);
  for (const { prototype } of [Socket, ClientRequest, OutgoingMessage]) watch(prototype, "setTimeout", 1);
  watch(EventTarget.prototype, "addEventListener", 1);
  return recorded;
}

const spoilt = () => {
  throw new Error("spoilt");
};

/** A value of which nothing can be asked without an exception. */
const poison: unknown = new Proxy(() => undefined, {
  get: spoilt,
  set: spoilt,
  has: spoilt,
  apply: spoilt,
  construct: spoilt,
  ownKeys: spoilt,
  getPrototypeOf: spoilt,
  getOwnPropertyDescriptor: spoilt,
});

/**
 * Calls everything that is recorded by now, with whatever it may be called with: nothing may throw.
 * @param fatal what would have ended the process.
 */
export async function callAll(recorded: readonly Recorded[], fatal: readonly unknown[]): Promise<void> {
  // What they give away in turn is none of this round.
  const given = recorded.slice();
  for (const { place, call } of given)
    for (const words of [[], [poison, poison], [null], [new Error("broken")]])
      assert.doesNotThrow(() => call(...words), place);
  for (let count = 0; count < 10; count++) await turn();
  assert.deepEqual(fatal, []);
}

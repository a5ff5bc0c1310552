import { randomBytes } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Change } from "@fairway/ovsdb";
import { FairwayError } from "../../errors.ts";
import type { Tables } from "../../intent/generated/fairway.ts";
import type { Store } from "../../intent/store.ts";
import { settingsOf, type View } from "../../intent/view.ts";
import { Tally } from "../../runtime/tally.ts";
import { until } from "../../runtime/until.ts";
import { isAdministrator, mayAdminister, nameOf } from "../access/access.ts";
import { organizationOfCaller, seenBy } from "../access/seen.ts";
import type { Caller, Context } from "../context.ts";
import { administratorsNouns, type ChangeEvent, type Event } from "../schemas/event.ts";
import { type Noun, nouns } from "../schemas/nouns.ts";
import { type Owned, touchedObjects } from "./touched-objects.ts";

/** So many events are remembered for readers that come back or are slow. */
const defaultRemembered = 10_000;

/** Of so many of the last events the object is kept, so that it is worked out once for all readers. */
const keptObjects = 256;

/** So many readers are told in one turn of the event loop; other requests come between. */
const toldAtOnce = 50;

/** A reader that wants few of the events is told after so many of the others how far it is. */
const longestSilence = 1_000;

/** Readers at a time: of one host, of one other caller. */
const most = {
  host: { ofOne: 8, ofAll: 4_096 },
  other: { ofOne: 1_024, ofAll: 2_048 },
} as const;

interface Remembered extends Owned {
  /** ms. */
  readonly at: number;
  event?: ChangeEvent;
}

interface EventFeedOptions {
  readonly store: Store;
  /** The time in ms. */
  readonly now: () => number;
  /** An object as `GET` shows it to whoever sees that view; undefined where it is gone. */
  readonly show: (view: View, noun: Noun, uuid: string) => ChangeEvent["object"] | undefined;
  /** How many events are remembered; 10,000 by default. */
  readonly remembered?: number | undefined;
}

/** What a reader of the feed wants. */
interface Wish {
  /** Undefined: all that the reader may list. */
  readonly nouns?: readonly Noun[] | undefined;
  /** The id of the last event that the reader has; undefined: only what comes from now on. */
  readonly after?: string | undefined;
}

/** Every change of the nouns, as a numbered list of which the end is remembered. */
export class EventFeed {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #show: EventFeedOptions["show"];
  readonly #most: number;
  /** Another center, or this one started again, counts from 0 too. */
  readonly #feed = randomBytes(3).toString("hex");
  /** The remembered events, by number; the oldest first. */
  readonly #events = new Map<number, Remembered>();
  readonly #waiting = new Set<() => void>();
  readonly #readers = { host: new Tally(most.host), other: new Tally(most.other) };
  #number = 0;
  #begun: boolean;
  #isTelling = false;

  constructor({ store, now, show, remembered = defaultRemembered }: EventFeedOptions) {
    this.#store = store;
    this.#now = now;
    this.#show = show;
    this.#most = remembered;
    const { replica } = store;
    this.#begun = replica.isSynced;
    replica.on("synced", () => {
      this.#begun = true;
    });
    replica.on("change", (changes) => this.#note(changes));
  }

  /**
   * The events that a reader wants, from now on or after the one that it has. It reads at its own pace: who is so slow that what comes next is
   * forgotten is cut. Throws `gone` where what it has not read is not remembered, `forbidden`, `too_many`.
   */
  async *follow({ nouns: asked, after }: Wish, { caller, signal }: Context): AsyncGenerator<Event, void> {
    const view = seenBy(caller, this.#store.view);
    const wanted = nounsFor(caller, asked);
    // Of whose objects alone he hears; undefined: of all.
    const organization = organizationOfCaller(caller, this.#store.view);
    let seen = after === undefined ? this.#number : this.#numberOf(after);
    const tally = this.#readers[caller.kind === "host" ? "host" : "other"];
    const who = nameOf(caller);
    if (!tally.begin(who))
      throw new FairwayError("too_many", `${who} reads as many feeds of events as one may; close some`);
    try {
      yield { type: "ready", id: this.#id(seen) };
      for (let silent = 0; !signal.aborted; ) {
        if (!(await this.#hasMore(seen, signal))) return;
        const next = this.#events.get(seen + 1);
        if (next === undefined) {
          const reason =
            "the reader was too slow: what comes next is not remembered any more; list the objects again";
          yield { type: "cut", id: this.#id(seen), reason };
          return;
        }
        seen++;
        const isTold = organization === undefined || next.organizations.includes(organization);
        if (isTold && wanted.includes(next.touched.noun)) {
          silent = 0;
          yield organization === undefined ? this.#eventOf(seen, next) : this.#event(seen, next, view);
        } else if (++silent % longestSilence === 0) yield { type: "heartbeat", id: this.#id(seen) };
      }
    } finally {
      tally.end(who);
    }
  }

  #id(number: number): string {
    return `${settingsOf(this.#store.view)?.epoch ?? 0}-${this.#feed}.${number}`;
  }

  /** Throws `gone` for an id of another feed, or of an event after which something is forgotten. */
  #numberOf(id: string): number {
    const [, feed, text] = /^\d+-([0-9a-f]+)\.(\d+)$/.exec(id) ?? [];
    const number = Number(text);
    const isRemembered = number === this.#number || this.#events.has(number + 1);
    if (feed === this.#feed && isRemembered) return number;
    throw new FairwayError(
      "gone",
      `what happened after event ${id} is not remembered: ` +
        (feed === this.#feed
          ? `only the last ${this.#most} events are`
          : "the center has started again since") +
        "; follow without an id, and then list the objects again",
    );
  }

  #note(changes: readonly Change<Tables>[]): void {
    // What was there before the center began is no news.
    if (!this.#begun) return;
    const at = this.#now();
    for (const owned of touchedObjects(this.#store.view, changes)) {
      this.#events.set(++this.#number, { ...owned, at });
      delete this.#events.get(this.#number - keptObjects)?.event;
      this.#events.delete(this.#number - this.#most);
    }
    if (this.#waiting.size > 0 && !this.#isTelling) void this.#tell();
  }

  /** Wakes the readers that wait, some in each turn of the event loop. */
  async #tell(): Promise<void> {
    this.#isTelling = true;
    for (let told = -1; told !== this.#number; ) {
      told = this.#number;
      let woken = 0;
      for (const look of this.#waiting) {
        look();
        if (++woken % toldAtOnce === 0) await nextTurn();
      }
    }
    this.#isTelling = false;
  }

  #eventOf(number: number, remembered: Remembered): ChangeEvent {
    if (remembered.event !== undefined) return remembered.event;
    const event = this.#event(number, remembered, this.#store.view);
    if (number > this.#number - keptObjects) remembered.event = event;
    return event;
  }

  #event(number: number, { touched, at }: Remembered, view: View): ChangeEvent {
    return {
      id: this.#id(number),
      time: new Date(at).toISOString(),
      ...touched,
      object: this.#show(view, touched.noun, touched.uuid) ?? null,
    };
  }

  /** Resolves with true when there was an event after this number, with false when the signal ends the wait. */
  #hasMore(number: number, signal: AbortSignal): Promise<boolean> {
    const subscribe = (look: () => void) => {
      this.#waiting.add(look);
      return () => void this.#waiting.delete(look);
    };
    return until(subscribe, () => this.#number > number, signal);
  }
}

/** What a reader hears of. Throws `forbidden` for what is not for him. */
function nounsFor(caller: Caller, asked: readonly Noun[] | undefined): readonly Noun[] {
  if (asked?.some((noun) => administratorsNouns.includes(noun))) mayAdminister(caller);
  if (asked !== undefined) return asked;
  return isAdministrator(caller) ? nouns : nouns.filter((noun) => !administratorsNouns.includes(noun));
}

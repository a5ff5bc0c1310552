import { EventEmitter } from "node:events";

type EventMap<Events> = { readonly [E in keyof Events]: readonly unknown[] };

/** An EventEmitter whose listeners cannot disturb each other or the emitter, which is in the middle of its own work. */
export class Emitter<Events extends EventMap<Events>> extends EventEmitter<
  Events & Record<never, never> & Record<keyof Events, unknown[]>
> {
  /** Calls every listener now. What one throws becomes an uncaught exception afterwards, as from any other callback. */
  protected announce<E extends keyof Events & string>(event: E, ...details: Events[E]): void {
    for (const listener of (this as EventEmitter).rawListeners(event)) {
      try {
        Reflect.apply(listener, this, details);
      } catch (error) {
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }
}

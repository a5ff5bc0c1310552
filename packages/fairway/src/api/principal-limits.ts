import type { Socket } from "node:net";
import { FairwayError } from "../errors.ts";
import { Tally } from "../runtime/tally.ts";
import { type Rate, Throttle } from "../runtime/throttle.ts";

/** Requests of one principal. */
const requests: Rate = { burst: 200, perSecond: 100 };

/** Connections at a time on which a principal has asked. */
const connections = { ofOne: 1_100, ofAll: 4_096 } as const;

/** Keeps one principal from what belongs to all. */
export class PrincipalLimits {
  readonly #rate: Rate;
  readonly #throttle: Throttle;
  readonly #tally = new Tally(connections);
  /** By connection, who asked on it first. */
  readonly #counted = new WeakSet<Socket>();

  /** @param rate of the requests of one principal; 100 a second by default, after 200 in a row. */
  constructor(rate: Rate = requests) {
    this.#rate = rate;
    this.#throttle = new Throttle(rate);
  }

  /** A principal sends a request. Throws `too_many`, and then it is not to be answered. */
  admit(name: string, socket: Socket): void {
    const waitMs = this.#throttle.take(name);
    if (waitMs > 0)
      throw new FairwayError(
        "too_many",
        `principal ${name} asks more than ${this.#rate.perSecond} times a second; try again in ${Math.ceil(waitMs)} ms`,
      );
    if (this.#counted.has(socket)) return;
    if (!this.#tally.begin(name))
      throw new FairwayError(
        "too_many",
        `principal ${name} has ${connections.ofOne} connections open, or all principals ${connections.ofAll}; close some`,
      );
    this.#counted.add(socket);
    socket.once("close", () => this.#tally.end(name));
  }
}

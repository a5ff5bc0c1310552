import type { Socket } from "node:net";
import { Tally } from "../runtime/tally.ts";

/** Connections at once, from one address and from all, of callers that are no hosts of the cluster, or not yet known to be. */
const most = { ofOne: 64, ofAll: 1_024 } as const;

/** Keeps whoever is no host of the cluster from using up a listener's connections. */
export class Strangers {
  readonly #tally = new Tally(most);
  /** Addresses by the name of the connection. */
  readonly #open = new Map<string, string>();

  /** A connection was accepted, of whom nothing is known yet. One too many ends. */
  arrive(socket: Socket): void {
    const { remoteAddress: address = "" } = socket;
    if (!this.#tally.begin(address)) {
      socket.destroy();
      return;
    }
    const name = nameOf(socket);
    this.#open.set(name, address);
    socket.once("close", () => this.#leave(name));
  }

  /** Its caller is a host. */
  recognize(socket: Socket): void {
    this.#leave(nameOf(socket));
  }

  #leave(name: string): void {
    const address = this.#open.get(name);
    if (address === undefined) return;
    this.#open.delete(name);
    this.#tally.end(address);
  }
}

/** Names a connection: the same before and after its TLS handshake. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

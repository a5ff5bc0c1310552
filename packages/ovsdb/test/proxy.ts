import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { MessageStream } from "../src/message-stream.ts";

export type Message = Readonly<Record<string, unknown>>;
/**
 * Gives what to pass on: the message, another one, or nothing; "cut" ends the connection instead. `answer` sends to whom the message
 * came from; `passOn` to whom it was meant for, also later.
 */
type Filter = (
  message: Message,
  answer: (message: Message) => void,
  passOn: (message: Message) => void,
) => Message | "cut" | undefined;

const pass: Filter = (message) => message;

/** Stands between a client and a server and changes what they say. */
export class Proxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly path: string;
  fromClient: Filter = pass;
  fromServer: Filter = pass;

  constructor(target: string, directory: string) {
    this.path = join(directory, "proxy.sock");
    this.#server = createServer((near) => {
      const far = connect(target);
      this.#join(near, far, (...given) => this.fromClient(...given));
      this.#join(far, near, (...given) => this.fromServer(...given));
    });
    this.#server.listen(this.path);
  }

  get remote(): string {
    return `unix:${this.path}`;
  }

  /** Ends the connections there are. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(from: Socket, to: Socket, filter: Filter): void {
    const stream = new MessageStream(1 << 28);
    this.#sockets.add(from);
    from.on("error", () => undefined);
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.on("data", (chunk: Buffer) => {
      for (const message of stream.push(chunk)) {
        const next = filter(
          message as Message,
          (answer) => from.write(JSON.stringify(answer)),
          (other) => to.write(JSON.stringify(other)),
        );
        if (next === "cut") {
          from.destroy();
          to.destroy();
          return;
        }
        if (next !== undefined) to.write(JSON.stringify(next));
      }
    });
  }
}

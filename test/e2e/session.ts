import type { BackgroundProcess } from "../../lab/host/background.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { until } from "../../lab/until.ts";

const serve = `import socket, threading
listener = socket.create_server(("", 7000))
def echo(connection):
    while data := connection.recv(100): connection.sendall(data)
while True: threading.Thread(target=echo, args=(listener.accept()[0],), daemon=True).start()`;

const talk = `import socket, sys, time
connection = socket.create_connection((sys.argv[2], 7000), 20, (sys.argv[1], 0))
for number in range(1000000):
    connection.sendall(b"%d" % number)
    assert connection.recv(100)
    print(number, flush=True)
    time.sleep(0.02)`;

/** A TCP connection on which both ends speak all the time, as a shell on a far machine. */
export class Session implements AsyncDisposable {
  readonly #ends: readonly BackgroundProcess[];

  private constructor(ends: readonly BackgroundProcess[]) {
    this.#ends = ends;
  }

  /** Begins one from a machine's address to another machine's. */
  static async open(from: Machine, own: string, to: Machine, address: string): Promise<Session> {
    const server = to.spawn(["python3", "-c", serve]);
    await until("the server", async () => (await to.sh("ss -ltn")).includes(":7000"));
    const client = from.spawn(["python3", "-c", talk, own, address]);
    const session = new Session([client, server]);
    await session.goesOn();
    return session;
  }

  /** Waits until some more words have gone both ways by the same connection. */
  async goesOn(): Promise<void> {
    const [client] = this.#ends;
    const said = () => client?.log.split("\n").length ?? 0;
    const before = said();
    await until("the session to go on", () => said() > before + 10, { timeoutMs: 20_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) await end[Symbol.asyncDispose]();
  }
}

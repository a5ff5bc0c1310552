import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { MessageStream, parseRemote } from "@fairway/ovsdb";
import { FairwayError } from "../../errors.ts";

/** A column of the database that a program is not to see. */
interface Hidden {
  readonly table: string;
  readonly column: string;
}

/** A program's requests are small: it names the columns that it wants. */
const mostBytes = 1 << 20;

/**
 * A socket at which a program finds a database without one of its columns, as if every row had the column's default: what the program asks to
 * monitor goes on without the column's name (RFC 7047 §4.1.5). What the database answers goes through as it is.
 * @param remote of the database. @param path of the socket, in a directory that is the caller's alone.
 * @throws `unsupported` where TLS is needed.
 */
export async function relayWithout(hidden: Hidden, remote: string, path: string): Promise<AsyncDisposable> {
  const to = parseRemote(remote);
  if (to.kind === "ssl")
    throw new FairwayError(
      "unsupported",
      `${remote} needs a key; packets are traced by unix: and tcp: alone`,
    );
  const target = to.kind === "unix" ? { path: to.path } : { host: to.host, port: to.port };
  const sockets = new Set<Socket>();
  const server = createServer((program) => {
    const database = connect(target);
    sockets.add(program).add(database);
    // Either way's end, or failure, ends both sockets.
    void Promise.allSettled([
      pipeline(program, (chunks: AsyncIterable<Buffer>) => withoutColumn(hidden, chunks), database),
      pipeline(database, program),
    ]);
  });
  server.listen(path);
  await once(server, "listening");
  return { [Symbol.asyncDispose]: () => closed(server, sockets) };
}

async function closed(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, "close");
}

/** A program's messages, each without the column. */
async function* withoutColumn(hidden: Hidden, chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const stream = new MessageStream(mostBytes);
  for await (const chunk of chunks)
    for (const message of stream.push(chunk)) yield JSON.stringify(without(hidden, message));
}

/** A message of the program's, in which no request for the table names the column. */
function without({ table, column }: Hidden, message: unknown): unknown {
  return JSON.parse(JSON.stringify(message), (key: string, value: unknown) => {
    if (key !== table || !Array.isArray(value)) return value;
    return value.map((request: { columns?: readonly string[] }) =>
      request.columns === undefined
        ? request
        : { ...request, columns: request.columns.filter((each) => each !== column) },
    );
  });
}

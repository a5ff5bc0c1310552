/** How messages of a stream stand in its bytes; `@fairway/client` reads both. */
interface StreamFormat {
  readonly mediaType: string;
  write(message: unknown): Buffer;
}

/** Newline-delimited JSON. */
const lines: StreamFormat = {
  mediaType: "application/x-ndjson",
  write: (message) => Buffer.from(`${JSON.stringify(message)}\n`),
};

/** What is told to many readers is written once. */
const written = new WeakMap<object, Buffer>();

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). A change has no name, so that `onmessage` hears of it; what is
 * said of the stream itself is named by its type. The data are one line of JSON.
 */
const events: StreamFormat = {
  mediaType: "text/event-stream",
  write(message) {
    const { id, type, noun } = message as { id: string; type: string; noun?: string };
    const known = written.get(message as object);
    if (known !== undefined) return known;
    const name = noun === undefined ? `event: ${type}\n` : "";
    const text = Buffer.from(`${name}id: ${id}\ndata: ${JSON.stringify(message)}\n\n`);
    written.set(message as object, text);
    return text;
  },
};

/** The format of a stream. @param format as its route says. */
export function streamFormat(format: "events" | undefined): StreamFormat {
  return format === "events" ? events : lines;
}

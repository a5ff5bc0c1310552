/** The lines of a stream of UTF-8, without their ends; what stands behind the last one is not a line. */
async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let begun: string[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      begun.push(decoder.decode(chunk.subarray(from, end), { stream: true }));
      yield begun.join("");
      begun = [];
      from = end + 1;
    }
    if (from < chunk.length) begun.push(decoder.decode(chunk.subarray(from), { stream: true }));
  }
}

/** What the lines of an answer that does not end say. @param format newline-delimited JSON, or server-sent events with JSON as their data. */
export async function* readMessages(
  chunks: AsyncIterable<Uint8Array>,
  format: "events" | "lines",
): AsyncGenerator<unknown, void> {
  const start = format === "events" ? "data: " : "";
  for await (const line of readLines(chunks))
    if (line.startsWith(start)) yield JSON.parse(line.slice(start.length));
}

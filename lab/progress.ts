/**
 * Does something that may take long and says so on standard error after a second, and how long it took.
 *
 * @param work gets a function that replaces the detail after the title.
 */
export async function withProgress<Value>(
  title: string,
  work: (detail: (text: string) => void) => Promise<Value>,
): Promise<Value> {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  const live = process.stderr.isTTY;
  let detail = "";
  let shown = false;
  const show = () => {
    if (live) process.stderr.write(`\r\x1b[K${title} … ${seconds()} s ${detail}`.slice(0, 110));
    else if (!shown) process.stderr.write(`${title} …\n`);
    shown = true;
  };
  const timer = setInterval(show, 1000);
  try {
    const value = await work((text) => (detail = text));
    if (shown) process.stderr.write(`${live ? "\r\x1b[K" : ""}${title}: done in ${seconds()} s\n`);
    return value;
  } catch (error) {
    if (shown) process.stderr.write(`${live ? "\r\x1b[K" : ""}${title}: failed after ${seconds()} s\n`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

import type { Host } from "../../lab/host/host.ts";

const socket = "/run/docker/plugins/fairway.sock";

/** Calls the plugin as Docker does: POST on its socket. What it answers, with success or not. */
export async function callPlugin(
  host: Host,
  method: string,
  body: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const text = JSON.stringify(body).replaceAll("'", "'\\''");
  return JSON.parse(
    await host.sh(`curl -s --unix-socket ${socket} --data-binary '${text}' http://plugin/${method}`),
  );
}

/** How long a call takes on this machine that asks for nothing, ms: the middle of five. It says how busy the machine is. */
export async function usualCallMs(host: Host): Promise<number> {
  const took: number[] = [];
  for (let call = 0; call < 5; call++) {
    const begunAt = performance.now();
    await callPlugin(host, "IpamDriver.GetCapabilities", {});
    took.push(performance.now() - begunAt);
  }
  return took.sort((one, another) => one - another)[2] ?? 0;
}

/** Asks a pool for addresses until it has none, from several processes at once. */
export async function drainPool(host: Host, pool: string, clients: number): Promise<DrainedPool> {
  const body = JSON.stringify({ PoolID: pool, Address: "", Options: null });
  const begunAt = performance.now();
  const answers = await host.sh(`
    for client in $(seq ${clients}); do
      while :; do
        answer=$(curl -s --unix-socket ${socket} --data-binary '${body}' http://plugin/IpamDriver.RequestAddress)
        echo "$answer"
        case $answer in *Error*) break ;; esac
      done &
    done
    wait`);
  const took = performance.now() - begunAt;
  const lines = answers.split("\n").map((line): { Address?: string; Error?: string } => JSON.parse(line));
  return {
    addresses: lines.flatMap(({ Address }) => Address ?? []),
    refusals: lines.flatMap(({ Error: text }) => text ?? []),
    tookMs: took,
  };
}

export interface DrainedPool {
  readonly addresses: readonly string[];
  /** One for each client. */
  readonly refusals: readonly string[];
  readonly tookMs: number;
}

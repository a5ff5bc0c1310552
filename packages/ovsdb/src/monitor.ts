import { zeroUuid } from "./atom-codec.ts";
import type { Connection } from "./connection.ts";
import { OvsdbError } from "./errors.ts";
import type { TableRequest } from "./monitored-table.ts";

/** What a monitor's request gave. */
export interface MonitorStart {
  readonly method: MonitorMethod;
  /** Whether `updates` are the changes after the transaction that was asked for, and not the whole content. */
  readonly found: boolean;
  readonly lastTransaction: string;
  readonly updates: unknown;
}

/** From the newest to the oldest: Open vSwitch 2.12, Open vSwitch 2.6, RFC 7047. */
const methods = ["monitor_cond_since", "monitor_cond", "monitor"] as const;
type MonitorMethod = (typeof methods)[number];

/** Starts a monitor by the newest method that the server knows. `settle` is called within the reading of the reply. */
export function startMonitor(
  connection: Connection,
  database: string,
  monitorId: string,
  requests: ReadonlyMap<string, TableRequest>,
  lastTransaction: string,
  settle: (error: OvsdbError | undefined, start: MonitorStart | undefined) => void,
): void {
  const attempt = (index: number) => {
    const method = methods[index] ?? "monitor";
    const tables = Object.fromEntries(
      [...requests].map(([table, request]) => [table, [encode(method, request)]]),
    );
    const params = [
      database,
      monitorId,
      tables,
      ...(method === "monitor_cond_since" ? [lastTransaction] : []),
    ];
    connection.call(method, params, (error, result) => {
      if (error?.code === "unknown method" && index < methods.length - 1) attempt(index + 1);
      else if (error !== undefined) settle(error, undefined);
      else settle(undefined, readStart(method, result));
    });
  };
  attempt(0);
}

/** `monitor` knows no conditions: its caller gets every row and has to select. */
function encode(method: MonitorMethod, { columns, where }: TableRequest): object {
  return where === undefined || method === "monitor" ? { columns } : { columns, where };
}

function readStart(method: MonitorMethod, result: unknown): MonitorStart {
  if (method !== "monitor_cond_since") {
    return { method, found: false, lastTransaction: zeroUuid, updates: result };
  }
  const [found, lastTransaction, updates]: readonly unknown[] = Array.isArray(result) ? result : [];
  if (typeof found !== "boolean" || typeof lastTransaction !== "string") {
    throw new OvsdbError("protocol error", "The reply to monitor_cond_since cannot be read");
  }
  return { method, found, lastTransaction, updates };
}

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createApi } from "../../src/api/server.ts";
import type { Certifier } from "../../src/center/members/certifier.ts";
import type { Logger } from "../../src/logger.ts";
import { TestCenter } from "../center.ts";
import { intentRows } from "./intent-rows.ts";

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

interface Answer {
  readonly status: number;
  readonly body: string;
  /** Of an error (RFC 9457). */
  readonly problem: { readonly code?: string; readonly detail: string };
}

/** The API on a unix socket, over a center on a real ovsdb-server. */
export class ApiUnderTest implements AsyncDisposable {
  readonly center: TestCenter;
  readonly socketPath: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(center: TestCenter, socketPath: string, stack: AsyncDisposableStack) {
    this.center = center;
    this.socketPath = socketPath;
    this.#stack = stack;
  }

  static async start(certifier?: Certifier): Promise<ApiUnderTest> {
    await using stack = new AsyncDisposableStack();
    const directory = await mkdtemp(join(tmpdir(), "fairway-bad-input-"));
    stack.defer(() => rm(directory, { recursive: true }));
    const path = join(directory, "api.sock");
    const center = stack.use(await TestCenter.start({ certifier }));
    stack.use(
      await createApi({
        center: center.service,
        logger: silent,
        listeners: [{ kind: "unix", path }],
        checkAnswers: true,
      }),
    );
    return new ApiUnderTest(center, path, stack.move());
  }

  /** Everything that the intent holds. */
  rows(): string {
    return intentRows(this.center.store);
  }

  async send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
    const json = body === undefined ? undefined : JSON.stringify(body);
    const { status, body: answer } = await sendRaw(this.socketPath, method, path, json, signal);
    return { status, body: answer, problem: status >= 400 ? JSON.parse(answer) : { detail: "" } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** A call as Docker sends it: without a Content-Type. */
export function postRaw(
  socketPath: string,
  path: string,
  body: string,
  signal?: AbortSignal,
): Promise<RawAnswer> {
  return sendRaw(socketPath, "POST", path, body, signal, {});
}

interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

async function sendRaw(
  socketPath: string,
  method: string,
  path: string,
  body: string | undefined,
  signal?: AbortSignal,
  type: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" },
): Promise<RawAnswer> {
  const headers = { "x-request-id": "test", ...type };
  const sent = request({ socketPath, method, path, headers, ...(signal && { signal }) });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

import type { Logger } from "../logger.ts";
import type { Service } from "../service/service.ts";
import { buildApplication } from "./application.ts";
import type { HostStateSource } from "./host-state-source.ts";
import { type Listener, type ListenerOptions, type ListenerParts, listen } from "./listener.ts";
import { Requests } from "./requests.ts";

export interface ApiOptions {
  readonly service: Service;
  readonly hostStates: HostStateSource;
  readonly logger: Logger;
  readonly listeners: readonly ListenerOptions[];
  /** How long a client may take to send a request; 30 s by default. */
  readonly requestTimeoutMs?: number;
  /** The longest silence on a host's state stream; 5 s by default. */
  readonly heartbeatMs?: number;
  /** Holds every answer against its schema and fails where they differ; for tests. */
  readonly checkAnswers?: boolean;
}

/** Disposing of it ends streams and waiting, finishes what is under way, and closes the listeners. */
export interface Api extends AsyncDisposable {
  /** What clients give as `target`, in the order of the listeners. */
  readonly targets: readonly string[];
  /** Reads the listeners' certificates again. Throws what is wrong with them, and then goes on with the old ones. */
  reloadCertificates(): void;
}

/** Serves the center's use cases over HTTP; listens when it resolves. Throws what `listen` throws. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const requests = new Requests();
  const app = buildApplication({
    heartbeatMs: 5000,
    checkAnswers: false,
    ...options,
    requests,
  });
  await app.ready();
  await using opened = new AsyncDisposableStack();
  opened.use(app);
  const listeners: Listener[] = [];
  for (const listener of options.listeners) {
    const parts: ListenerParts = {
      logger: options.logger,
      requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
      onRequest: (request, response) => app.routing(request, response),
      onCaller: (socket, caller) => requests.introduce(socket, caller),
    };
    listeners.push(opened.use(await listen(listener, parts)));
  }
  const kept = opened.move();
  return {
    targets: listeners.map(({ target }) => target),
    reloadCertificates: () => {
      for (const listener of listeners) listener.reloadCertificates();
    },
    async [Symbol.asyncDispose]() {
      requests.stop();
      await kept.disposeAsync();
    },
  };
}

import type { Center } from "../center/center.ts";
import type { Logger } from "../logger.ts";
import type { Rate } from "../runtime/throttle.ts";
import { buildApplication } from "./application.ts";
import { type Listener, type ListenerOptions, type ListenerParts, listen } from "./listener.ts";
import { PrincipalLimits } from "./principal-limits.ts";
import { Requests } from "./requests.ts";

export interface ApiOptions {
  readonly center: Center;
  readonly logger: Logger;
  readonly listeners: readonly ListenerOptions[];
  /** How long a client may take to send a request; 30 s by default. */
  readonly requestTimeoutMs?: number;
  /** How long requests under way may go on when the API closes, ms; 3 s by default. It is asked then. */
  readonly closeGraceMs?: () => number;
  /** The longest silence on a host's state stream; 5 s by default. */
  readonly heartbeatMs?: number;
  /** How often one principal may ask; as its limits say by default. */
  readonly principalRate?: Rate;
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

/** Serves the center's use cases over HTTP; listens when it resolves, but where an address is not there yet. Throws what `listen` throws. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const requests = new Requests(options.center.principals, new PrincipalLimits(options.principalRate));
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
      graceMs: options.closeGraceMs ?? (() => 3_000),
      onRequest: (request, response) => app.routing(request, response),
      onCaller: (socket, caller, recognize) => requests.introduce(socket, caller, recognize),
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

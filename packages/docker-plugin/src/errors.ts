/** Every way in which this library refuses something: code, HTTP status, whether trying again may help. */
export const PLUGIN_ERRORS = {
  empty_body: { status: 400, retryable: false },
  malformed_request: { status: 400, retryable: false },
  invalid_option: { status: 400, retryable: false },
  not_found: { status: 404, retryable: false },
  unknown_method: { status: 404, retryable: false },
  wrong_http_method: { status: 405, retryable: false },
  slow_request: { status: 408, retryable: true },
  body_too_large: { status: 413, retryable: false },
  malformed_http: { status: 400, retryable: false },
  handler_failed: { status: 500, retryable: false },
  handler_timeout: { status: 500, retryable: true },
  unserializable_answer: { status: 500, retryable: false },
  echoed_interface: { status: 500, retryable: false },
  shutting_down: { status: 503, retryable: true },
  invalid_configuration: { status: 500, retryable: false },
  socket_in_use: { status: 500, retryable: false },
  socket_unusable: { status: 500, retryable: false },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type PluginErrorCode = keyof typeof PLUGIN_ERRORS;

export interface PluginErrorOptions {
  readonly cause?: unknown;
  /** HTTP status of the answer to Docker, 400 to 599. Default: the code's own. */
  readonly status?: number;
  /** Whether the same call may succeed later. Default: the code's own. */
  readonly retryable?: boolean;
}

/**
 * The one error class of this package. A driver may throw it too, to choose a status;
 * whatever else a driver throws is answered with status 500.
 */
export class PluginError extends Error {
  override readonly name = "PluginError";
  readonly code: PluginErrorCode;
  readonly status: number;
  readonly retryable: boolean;

  constructor(code: PluginErrorCode, message: string, options: PluginErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    const known = PLUGIN_ERRORS[code];
    this.code = code;
    this.status = options.status ?? known.status;
    this.retryable = options.retryable ?? known.retryable;
  }
}

/** Wraps whatever a handler threw; a PluginError stays what it is. The message is the thrown error's own. */
export function asPluginError(thrown: unknown): PluginError {
  if (thrown instanceof PluginError) return thrown;
  return new PluginError("handler_failed", messageOf(thrown), { cause: thrown });
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  return typeof thrown === "string" && thrown !== "" ? thrown : "the plugin failed without saying why";
}

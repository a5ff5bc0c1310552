import { FairwayError, messageOf } from "../errors.ts";

/** What a broken connection or one that never came about means to the person who asked. */
export function errorOfConnection(target: string, cause: unknown): FairwayError {
  const code = stringField(cause, "code");
  switch (code) {
    case "ENOENT":
    case "ECONNREFUSED":
      return new FairwayError(
        "unavailable",
        `fairway is not running: nobody listens on ${target}; start it with "systemctl start fairway" or "fairway run"`,
        { cause },
      );
    case "EACCES":
    case "EPERM":
      return new FairwayError("forbidden", `only root may use ${target}; try with sudo`, { cause });
    default:
      if (/CERT|^ERR_SSL_|^UNABLE_TO_|^ERR_TLS_/.test(code)) {
        const message = `${target} and this host do not accept each other's certificate: ${messageOf(cause)}`;
        return new FairwayError("unauthenticated", message, { cause });
      }
      return new FairwayError("unavailable", `lost the connection to ${target}: ${messageOf(cause)}`, {
        cause,
      });
  }
}

/** Whether the connection failed before a byte of the request left, so that sending it again cannot do it twice. */
export function wasNeverSent(error: FairwayError): boolean {
  const syscall = stringField(error.cause, "syscall");
  return syscall === "connect" || syscall === "getaddrinfo";
}

/** A connection that was kept alive and that the other side closed just as it was used again. */
export function wasStale(cause: unknown): boolean {
  const code = stringField(cause, "code");
  return code === "ECONNRESET" || code === "EPIPE";
}

function stringField(from: unknown, field: "code" | "syscall"): string {
  if (typeof from !== "object" || from === null) return "";
  const value: unknown = Reflect.get(from, field);
  return typeof value === "string" ? value : "";
}

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
    case "CERT_NOT_YET_VALID":
    case "CERT_HAS_EXPIRED":
      return new FairwayError(
        "unauthenticated",
        `the certificate of ${target} is not valid at ${new Date().toUTCString()}, which is this machine's time; set the ` +
          "clock right (timedatectl set-ntp true), or look at the center's",
        { cause },
      );
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

/** Whether the two clocks, not the two sides, do not fit. */
export function isAboutClock(error: FairwayError): boolean {
  return /^CERT_(NOT_YET_VALID|HAS_EXPIRED)$/.test(stringField(error.cause, "code"));
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

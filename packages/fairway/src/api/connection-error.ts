import { FairwayError, messageOf } from "../errors.ts";
import { isLate } from "../runtime/http-client.ts";

/** What a broken connection or one that never came about means to the person who asked. */
export function errorOfConnection(target: string, cause: unknown): FairwayError {
  const code = stringField(cause, "code");
  switch (code) {
    case "ENOENT":
    case "ECONNREFUSED":
      if (isRemote(target))
        return new FairwayError("unavailable", `${centerAt(target)} does not answer: ${whyNot(cause)}`, {
          cause,
        });
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

/**
 * A center that was waited for in vain.
 * @param target of the API. @param forMs how long it has not answered. @param error what the last attempt met.
 */
export function errorOfSilence(target: string, forMs: number, error: FairwayError): FairwayError {
  const { code, cause } = error;
  const why = isRemote(target) ? whyNot(cause) : error.message;
  const told = `${centerAt(target)} does not answer (for ${Math.max(1, Math.round(forMs / 1000))} s): ${why}`;
  return new FairwayError(code, told, { cause: error });
}

/** Whether the center is another machine. */
function isRemote(target: string): boolean {
  return target.startsWith("https:");
}

function centerAt(target: string): string {
  return isRemote(target) ? `the center at ${new URL(target).host}` : "the center on this machine";
}

/** Why another machine's center does not answer, and what to look at there. */
function whyNot(cause: unknown): string {
  switch (stringField(cause, "code")) {
    case "ECONNREFUSED":
      return "nobody listens on that port; does Fairway run there?";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "this host has no way to it";
    default:
      return isLate(cause)
        ? "nothing comes back; is that machine on, and does a firewall let the port through?"
        : messageOf(cause);
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
  return code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET";
}

function stringField(from: unknown, field: "code" | "syscall"): string {
  if (typeof from !== "object" || from === null) return "";
  const value: unknown = Reflect.get(from, field);
  return typeof value === "string" ? value : "";
}

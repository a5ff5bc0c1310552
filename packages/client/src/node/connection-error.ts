import { type Failure, isLate } from "../transport.ts";

/**
 * What a broken connection or one that never came about means to the person who asked.
 * @param target a socket's path, or `https://host:port`
 */
export function failureOf(target: string, cause: unknown): Failure {
  const { code, detail } = explain(target, cause);
  return {
    code,
    detail,
    ...(isRemote(target) && { why: whyNot(cause) }),
    wasNeverSent: ["connect", "getaddrinfo"].includes(stringField(cause, "syscall")),
    wasStale: ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"].includes(stringField(cause, "code")),
  };
}

/** A center as the subject of a sentence. @param target as above. */
export function centerAt(target: string): string {
  return isRemote(target) ? `the center at ${new URL(target).host}` : "the center on this machine";
}

function explain(target: string, cause: unknown): Pick<Failure, "code" | "detail"> {
  const code = stringField(cause, "code");
  switch (code) {
    case "ENOENT":
    case "ECONNREFUSED":
      if (isRemote(target))
        return { code: "unavailable", detail: `${centerAt(target)} does not answer: ${whyNot(cause)}` };
      return {
        code: "unavailable",
        detail: `fairway is not running: nobody listens on ${target}; start it with "systemctl start fairway" or "fairway run"`,
      };
    case "EACCES":
    case "EPERM":
      return { code: "forbidden", detail: `only root may use ${target}; try with sudo` };
    case "CERT_NOT_YET_VALID":
    case "CERT_HAS_EXPIRED":
      return {
        code: "unauthenticated",
        detail:
          `the certificate of ${target} is not valid at ${new Date().toUTCString()}, which is this machine's time; set the ` +
          "clock right (timedatectl set-ntp true), or look at the center's",
      };
    default: {
      const isAboutTrust = /CERT|^ERR_SSL_|^UNABLE_TO_|^ERR_TLS_/.test(code);
      const detail = isAboutTrust
        ? `${target} and this host do not accept each other's certificate: ${messageOf(cause)}`
        : `lost the connection to ${target}: ${messageOf(cause)}`;
      return { code: isAboutTrust ? "unauthenticated" : "unavailable", detail };
    }
  }
}

/** Whether the center is another machine. */
function isRemote(target: string): boolean {
  return target.startsWith("https:");
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

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function stringField(from: unknown, field: "code" | "syscall"): string {
  if (typeof from !== "object" || from === null) return "";
  const value: unknown = Reflect.get(from, field);
  return typeof value === "string" ? value : "";
}

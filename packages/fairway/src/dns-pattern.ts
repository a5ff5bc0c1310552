import { domainToASCII } from "node:url";

/** A label as names on the Internet have it, also of service records (RFC 1123 §2.1, RFC 8552 §2). */
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** Of a whole name, without the dot at its end (RFC 1035 §2.3.4). */
const longest = 253;
const anyBelow = "*.";

/**
 * Reads a DNS name, `deb.debian.org`, or all names below one, `*.debian.org`; undefined where it is neither. Letters are made small, and others than ASCII's
 * encoded (UTS #46, as in URLs).
 */
export function parseDnsPattern(text: string): string | undefined {
  const isBelow = text.startsWith(anyBelow);
  const written = isBelow ? text.slice(anyBelow.length) : text;
  // What a URL would decode or cut off is no name.
  if (/[\s%/:?#@\\[\]*]/.test(written)) return undefined;
  const own = /^[\x21-\x7e]+$/.test(written) ? written.toLowerCase() : domainToASCII(written);
  const name = own.endsWith(".") ? own.slice(0, -1) : own;
  const labels = name.split(".");
  // A last label of digits is an address's (RFC 3696 §2); one label alone is a container's name.
  const isName = labels.every((each) => label.test(each)) && !/^\d+$/.test(labels.at(-1) ?? "");
  if (!isName || name.length > longest || (labels.length < 2 && !isBelow)) return undefined;
  return isBelow ? `${anyBelow}${name}` : name;
}

/** Whether a name that somebody asks for is the one, or below the one, that a pattern says. */
export function matchesDnsPattern(pattern: string, name: string): boolean {
  const own = name.toLowerCase().replace(/\.$/, "");
  return pattern.startsWith(anyBelow)
    ? own.endsWith(pattern.slice(1)) && own.length >= pattern.length
    : own === pattern;
}

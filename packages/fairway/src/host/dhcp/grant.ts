import { canonicalCidr } from "../../ip.ts";
import { ipText } from "../netlink/address.ts";
import { option, type ServerMessage } from "./message.ts";

/** What an acknowledgement of a server's says. */
export interface Grant {
  readonly ip: string;
  readonly server: { readonly ip: string; readonly mac: string };
  /** For how long, s; null: for ever. */
  readonly seconds: number | null;
  /** After how long the server is asked again, and after how long any, s. */
  readonly renewalSeconds: number;
  readonly rebindingSeconds: number;
  readonly routers: readonly string[];
  readonly nameServers: readonly string[];
  readonly domain: string | null;
  /** With the default route among them. No next hop: on the link. */
  readonly routes: readonly { readonly destination: string; readonly nextHop?: string }[];
}

/** RFC 2131 §4.4.5: a half and seven eighths of the lease, where the server says nothing else. */
const [renewalShare, rebindingShare] = [1 / 2, 7 / 8];
const forEver = 0xffffffff;
/** What a server says of less is a mistake, or an attack: nobody renews every second. */
const shortestSeconds = 10;

/** What an acknowledgement gives. @param mac by which it came. */
export function grantOf({ address, options }: ServerMessage, mac: string): Grant {
  const number = (code: number) => {
    const value = options.get(code);
    return value?.length === 4 ? value.readUInt32BE(0) : undefined;
  };
  const said = number(option.leaseSeconds) ?? forEver;
  const seconds = said === forEver ? null : Math.max(said, shortestSeconds);
  const whole = seconds ?? forEver;
  const rebindingSeconds = Math.min(number(option.rebindingSeconds) ?? whole * rebindingShare, whole);
  const renewalSeconds = Math.min(number(option.renewalSeconds) ?? whole * renewalShare, rebindingSeconds);
  return {
    ip: address,
    server: { ip: addresses(options.get(option.server))[0] ?? "255.255.255.255", mac },
    seconds,
    renewalSeconds,
    rebindingSeconds,
    routers: addresses(options.get(option.routers)),
    nameServers: addresses(options.get(option.nameServers)),
    domain: domainOf(options.get(option.domain)),
    routes: classlessRoutes(options.get(option.classlessRoutes)),
  };
}

function addresses(value: Buffer = Buffer.alloc(0)): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at + 4 <= value.length; at += 4) found.push(ipText(value.subarray(at, at + 4)));
  return found.filter((ip) => ip !== "0.0.0.0");
}

/** Only what may stand in a name (RFC 952, RFC 1123 §2.1): the rest is nobody's domain. */
function domainOf(value: Buffer | undefined): string | null {
  const text = value?.toString("latin1").replace(/\0+$/, "") ?? "";
  return /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$/.test(text) ? text.toLowerCase() : null;
}

/** RFC 3442: a prefix's length, as many bytes of it as count, and the router; 0.0.0.0 is the link itself. What is cut off counts for nothing. */
function classlessRoutes(value: Buffer = Buffer.alloc(0)): Grant["routes"] {
  const routes: { destination: string; nextHop?: string }[] = [];
  for (let at = 0; at < value.length; ) {
    const prefix = value[at++] ?? 0;
    const length = Math.ceil(prefix / 8);
    if (prefix > 32 || at + length + 4 > value.length) break;
    const base = Buffer.concat([value.subarray(at, at + length), Buffer.alloc(4 - length)]);
    const router = ipText(value.subarray(at + length, at + length + 4));
    const destination = canonicalCidr(`${ipText(base)}/${prefix}`);
    routes.push(router === "0.0.0.0" ? { destination } : { destination, nextHop: router });
    at += length + 4;
  }
  return routes;
}

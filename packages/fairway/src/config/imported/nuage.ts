import { FairwayError } from "../../errors.ts";
import type { Item, Meant, Plugin } from "./plugin.ts";
import { gone, scope, socketOf, textOf } from "./values.ts";
import { yamlItems } from "./yaml-items.ts";

const socket: Meant = (item) => ({ settings: [{ key: "openvswitch.socket", value: socketOf(item) }] });
const engine: Meant = (item) => ({ settings: [{ key: "docker.socket", value: socketOf(item) }] });
const levels = ["Debug", "Info", "Warn", "Error"];

/** The text that base64 (RFC 4648 §4) stands for. Throws `invalid` without showing it: it may be a password. */
function decoded({ place, name, value }: Item): string {
  if (typeof value === "string" && value !== "") {
    const bytes = Buffer.from(value, "base64");
    const text = bytes.toString();
    if (
      bytes.toString("base64").replaceAll("=", "") === value.replaceAll("=", "") &&
      text.isWellFormed() &&
      !text.includes("\ufffd")
    )
      return text;
  }
  throw new FairwayError(
    "invalid",
    `${place}: ${name} must be text in base64, as \`printf %s TEXT | base64\` prints it`,
  );
}

/** A time or a number that the plugin waited or tried. */
const waiting = gone("not needed: a call of Docker's waits up to 25 s for what may pass");

const meanings: Readonly<Record<string, Meant>> = {
  vrssocketfile: socket,
  vrsendpoint: socket,
  dockersocketfile: engine,
  dockerdndpoint: engine,
  vrsbridge: (item) => ({
    note:
      `${textOf(item)} is the VRS's bridge. Containers are in openvswitch.bridge, which is OVN's br-int; another name needs both ` +
      `openvswitch.bridge and ovs-vsctl set open_vswitch . external_ids:ovn-bridge=NAME`,
  }),
  loglevel: ({ value }) => {
    const isLevel = typeof value === "string" && levels.includes(value);
    const setting = { key: "log.level", value: isLevel ? value.toLowerCase() : "warn" };
    if (isLevel) return { settings: [setting] };
    return {
      settings: [setting],
      note: `${JSON.stringify(value)} is none of ${levels.join(", ")}; the plugin took Warn, and so does log.level`,
    };
  },
  logfilesize: gone("not needed: the journal keeps the log, and rotates it"),
  scope,
  numofretries: waiting,
  timeinterval: waiting,
  username: (item) => ({
    note: `${decoded(item)} was for the VSD. Hosts show certificates, which \`fairway join\` gets; people and programs use \`fairway principal create\``,
  }),
  password: (item) => {
    decoded(item);
    return { note: "not needed, and not printed: it was for the VSD. Hosts show certificates" };
  },
  organization: (item) => ({
    note: `${decoded(item)} was where the plugin logged in. Networks name theirs by --ipam-opt organization=; \`fairway organization create\` makes it`,
  }),
  url: (item) => ({
    note: `not needed: ${hostOf(textOf(item))} was the VSD. The center is Fairway itself, and \`fairway join\` writes where it is`,
  }),
  pluginversion: ({ value }) =>
    value === "v2"
      ? {
          note: "v2: Docker knew the plugin as nuage:latest. Write nuage in its place, --ipam-driver nuage-ipam likewise",
        }
      : { note: "not needed: Docker finds Fairway by its sockets, as with v1" },
};

/** A URL without what may be a secret in it. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "that address";
}

/** nuage-libnetwork: `/etc/default/nuage-libnetwork.yaml`, keys of both its spellings. */
export const nuage: Plugin = {
  title: "nuage-libnetwork",
  driverNames: ["fairway", "nuage", "nuage-ipam"],
  hasFlags: false,
  recognises: (text) =>
    /^\s*(?:vrsbridge|vrssocketfile|vrsendpoint|dockersocketfile|dockerdndpoint)\s*:/m.test(text),
  read: ({ name, text }) => yamlItems(name, text),
  meant: (name) => (Object.hasOwn(meanings, name) ? meanings[name] : undefined),
  known: Object.keys(meanings),
};

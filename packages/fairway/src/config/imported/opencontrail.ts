import { onlyCommandLine, starts } from "./command-lines.ts";
import { type Flag, flagItems } from "./flags.ts";
import type { Items, Meant, Plugin, Told } from "./plugin.ts";
import { gone, pluginDirectory, scope, textOf, wrong } from "./values.ts";
import { yamlItems } from "./yaml-items.ts";

const program = /^opencontrail-(?:docker-)?libnetwork(?:-driver)?(?:\.py)?$/;

/** The names of flags are those of the file's keys, but for `debug`. */
const flags: readonly Flag[] = [
  { names: ["file", "f"] },
  { names: ["admin_user", "u"] },
  { names: ["admin_tenant", "t"] },
  { names: ["admin_password", "p"] },
  { names: ["api_server", "a"] },
  { names: ["api_port", "x"] },
  { names: ["tenant", "y"] },
  { names: ["socketpath", "s"] },
  { names: ["scope", "g"] },
  { names: ["DEBUG", "debug", "d"] },
];

const server = gone(
  "not needed: it was of OpenContrail's API server. The center is Fairway itself, and `fairway join` writes where it is",
);
const tenant = gone(
  "networks have no tenant by default; `fairway organization create` makes one, and --ipam-opt organization= puts a network there",
);

const meanings: Readonly<Record<string, Meant>> = {
  api_server: server,
  api_port: server,
  admin_user: gone(
    "not needed: it was for the API server. Hosts show certificates; `fairway principal create` is for people and programs",
  ),
  admin_password: gone("not needed, and not printed: it was for the API server. Hosts show certificates"),
  admin_tenant: tenant,
  tenant,
  socketpath: (item) => {
    const directory = textOf(item, "a directory");
    if (!directory.startsWith("/")) throw wrong(item, "the absolute path of a directory");
    return pluginDirectory(directory);
  },
  scope,
  // As Python has it: every text but the empty one is true, "False" too.
  DEBUG: ({ value }) =>
    value === false || value === null || value === "" || value === 0
      ? { note: "off; so is log.level: debug" }
      : { settings: [{ key: "log.level", value: "debug" }] },
};

/** A file of keys, or a command, whose flags win over the file that `-f` names. */
function read(told: Told): Items {
  if (!told.isCommand && !starts(told.text, program)) return yamlItems(told.name, told.text);
  const said = flagItems(
    onlyCommandLine(told, program, "opencontrail-libnetwork-driver.py -f opencontrail.conf -g global"),
    flags,
  );
  const file = said.get("file");
  const own = new Map([...said].filter(([name]) => name !== "file"));
  if (file === undefined) return own;
  const path = textOf(file, "a file");
  return new Map([...yamlItems(path, told.readFile(path)), ...own]);
}

/** opencontrail-docker-libnetwork: its file `opencontrail.conf`, its flags. */
export const opencontrail: Plugin = {
  title: "opencontrail-docker-libnetwork",
  driverNames: ["fairway", "opencontrail"],
  hasFlags: true,
  recognises: (text) => /^\s*(?:api_server|admin_tenant|socketpath)\s*:/m.test(text) || starts(text, program),
  read,
  meant: (name) => (Object.hasOwn(meanings, name) ? meanings[name] : undefined),
  known: Object.keys(meanings),
  assumed: (all) =>
    all.has("scope")
      ? []
      : [
          {
            about: "scope",
            settings: [{ key: "docker.mirror", value: false }],
            note: "nobody said it, which was local: this engine gets no networks of other engines. `docker.mirror: true` changes that",
          },
        ],
};

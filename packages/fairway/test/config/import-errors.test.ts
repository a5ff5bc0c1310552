import assert from "node:assert/strict";
import { test } from "node:test";
import { fairway } from "../cli/run-command.ts";
import { Folder, files } from "./imports.ts";

/** What is wrong with a file, and what is said. */
const wrong: readonly (readonly [from: string, text: string, said: RegExp])[] = [
  [
    "nuage",
    "vrsbrigde: alubr0\nscope: local\n",
    /^fairway: f:1: unknown key "vrsbrigde"; did you mean "vrsbridge"\?$/,
  ],
  ["nuage", "colour: red\n", /f:1: unknown key "colour"; nuage-libnetwork has vrssocketfile, /],
  ["nuage", "scope: local\n  url: x\n", /f:\d: not YAML: /],
  ["nuage", "scope: local\nscope: global\n", /f:2: not YAML: duplicate key/],
  ["nuage", "scope: [local]\n", /f:1: must be KEY: VALUE, and the value one text/],
  ["nuage", "just text\n", /f: must have lines of the form KEY: VALUE/],
  ["nuage", "", /f: must have lines of the form KEY: VALUE/],
  [
    "nuage",
    "scope: local\npassword: 'not base64!'\n",
    /^fairway: f:2: password must be text in base64, as `printf %s TEXT \| base64` prints it$/,
  ],
  [
    "nuage",
    "password: *secret\n",
    /^fairway: f:1: must be KEY: VALUE, and the value one text, number or boolean$/,
  ],
  [
    "nuage",
    "dockersocketfile: tcp://10.0.0.1:2375\n",
    /f:1: dockersocketfile must be the path of a socket on this machine/,
  ],
  [
    "nuage",
    "vrssocketfile: /a\nvrsendpoint: /b\n",
    /f:2: vrsendpoint says openvswitch\.socket: \/b, and f:1: vrssocketfile says \/a; leave one/,
  ],
  ["nuage", files.vlcp, /f: is of vlcp-docker-plugin, not of nuage-libnetwork; use --from vlcp/],
  ["vlcp", files.nuage, /f: is of nuage-libnetwork, not of vlcp-docker-plugin; use --from nuage/],
  ["ovs", files.opencontrail, /f: is of opencontrail-docker-libnetwork, .*; use --from opencontrail/],
  [
    "opencontrail",
    "ExecStart=docker-ovs-plugin\n[Service]\nExecStart=/usr/bin/docker-ovs-plugin\n",
    /use --from ovs/,
  ],
  [
    "vlcp",
    "module.dockerplugin.mut=1400\n",
    /f:1: unknown key "module\.dockerplugin\.mut"; did you mean "module\.dockerplugin\.mtu"\?/,
  ],
  ["vlcp", "colour=1\n", /f:1: unknown key "colour"; vlcp-docker-plugin has /],
  [
    "vlcp",
    "module.dockerplugin.mtu=big\n",
    /^fairway: f:1: module\.dockerplugin\.mtu must have a literal of Python/,
  ],
  [
    "vlcp",
    "module.dockerplugin.mtu='big'\n",
    /f:1: module\.dockerplugin\.mtu must be a whole number; it is "big"/,
  ],
  [
    "vlcp",
    "module.dockerplugin.mtu=10\n",
    /f:1: module\.dockerplugin\.mtu cannot be taken: defaults\.mtu must be at least 68; it is 10/,
  ],
  ["vlcp", "# a\nmodule.l2switch.learning True\n", /f:2: must be KEY=VALUE, or begin with #/],
  ["vlcp", "  'x')\n", /f:1: must not begin with white space/],
  [
    "vlcp",
    "server.debugging=True\n\nserver.debugging=False\n",
    /f:3: server\.debugging stands in line 1 already; leave one/,
  ],
  ["vlcp", "module.httpserver.vhost.api.url='http://localhost'\n", /must be tcp:\/\/HOST:PORT, or None/],
  ["vlcp", "server.logging.root={'level':'LOUD'}\n", /must be \{'level': L\} with L one of DEBUG, /],
  [
    "ovs",
    "rm -f x\n",
    /f: must start the plugin: its unit file, its docker run line, or --command 'docker-ovs-plugin /,
  ],
  [
    "ovs",
    "docker-ovs-plugin -d\ndocker-ovs-plugin\n",
    /f: must start the plugin once, not at f:1, f:2; give one by --command/,
  ],
  ["ovs", "docker-ovs-plugin --gatway=1\n", /f:1: unknown flag --gatway; did you mean --gateway\?/],
  [
    "ovs",
    "docker-ovs-plugin x\n",
    /f:1: a flag must stand where there is a word that is none; known are --bridge-subnet, /,
  ],
  ["ovs", "docker-ovs-plugin --gateway\n", /f:1: flag --gateway needs a value behind it/],
  ["ovs", "docker-ovs-plugin -mode=bridged\n", /f:1: mode must be nat or flat; it is "bridged"/],
  ["ovs", "docker-ovs-plugin --gateway '10.0.0.1\n", /f:1: a quotation mark has no other that closes it/],
  [
    "ovs",
    "docker-ovs-plugin --gateway=10.0.0.1\n",
    /f:1: gateway cannot be taken: defaults\.gateway must be an address that a host can have in defaults\.subnet/,
  ],
  ["ovs", "docker-ovs-plugin --socket plugins/ovs.sock\n", /f:1: socket must be the path of a socket/],
  ["opencontrail", "socketpath: plugins\n", /f:1: socketpath must be the absolute path of a directory/],
  [
    "opencontrail",
    "opencontrail-libnetwork-driver.py -f /none\n",
    /cannot read \/none: there is no such file/,
  ],
];

test("B01 what cannot be imported is told with its line and what would be right, and nothing is printed", async () => {
  await using folder = await Folder.make();
  for (const [from, text, said] of wrong)
    assert.match(await folder.refused(from, await folder.write("f", text)), said, text);
});

test("B01 an import needs one source, a file that is there, and a plugin by its driver's name", async () => {
  await using folder = await Folder.make();
  assert.match(await folder.refused("ovs"), /needs a file, - for the standard input, or --command LINE/);
  assert.match(await folder.refused("ovs", "f", "--command", "docker-ovs-plugin"), /one of them/);
  assert.match(await folder.refused("nuage", "/none"), /cannot read \/none: there is no such file/);
  assert.match(
    await folder.refused("nuage", "--command", "nuage"),
    /nuage-libnetwork was told by its file alone/,
  );
  const { status, err } = await fairway(["config", "import", "--from", "calico", "f"]);
  assert.deepEqual([status, /nuage, vlcp, opencontrail, ovs/.test(err)], [2, true]);
});

test("B01 the import is JSON where JSON is asked for", async () => {
  const { out } = await fairway([
    "config",
    "import",
    "--from",
    "ovs",
    "--command",
    "docker-ovs-plugin",
    "-o",
    "json",
  ]);
  assert.deepEqual(JSON.parse(out).defaults, {
    subnet: "172.18.40.0/24",
    gateway: "172.18.40.1",
    mode: "nat",
  });
});

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { Folder, files } from "./imports.ts";

const seeds = process.env["FAIRWAY_SEEDS"] ?? resolve(import.meta.dirname, "../../../../../shared/seeds");

const unit = (command: string) => `[Unit]
Description=docker-ovs-plugin -mode=flat
Before=docker.service
[Service]
ExecStart=
ExecStart=-${command}
[Install]
WantedBy=multi-user.target
`;

test("B01 docker-ovs-plugin without flags was told what its README says", async () => {
  await using folder = await Folder.make();
  const { config, notes } = await folder.imported("ovs", "--command", "./docker-ovs-plugin");
  assert.deepEqual(config["driver-names"], ["fairway", "ovs"]);
  assert.deepEqual(config.defaults, { subnet: "172.18.40.0/24", gateway: "172.18.40.1", mode: "nat" });
  assert.match(notes.join("\n"), /docker network create -d ovs --ipam-driver fairway NAME/);
});

test("B01 flags of docker-ovs-plugin in its unit, on lines that go on, and in a docker run of its image", async () => {
  await using folder = await Folder.make();
  const inUnit = unit(
    "/usr/bin/docker-ovs-plugin --gateway=192.168.1.1 \\\n  --bridge-subnet=192.168.1.0/24 -mode=flat -d",
  );
  const flat = await folder.imported("ovs", await folder.write("ovs.service", inUnit));
  assert.deepEqual(flat.config.defaults, {
    gateway: "192.168.1.1",
    subnet: "192.168.1.0/24",
    mode: "flat",
    bridge: "ovsbr-docker0",
  });
  assert.equal(flat.config.log.level, "debug");
  assert.match(flat.notes.join("\n"), /ovs\.service:6: mode: .*fairway physical-port create lan INTERFACE/);
  const script = `#!/bin/sh
# docker-ovs-plugin is started here
chmod +x docker-ovs-plugin
PATH=/usr/local/bin sudo docker run -d --net=host --name docker-ovs-plugin -v /run:/run gophernet/docker-ovs-plugin:0.1 --bridge-subnet '10.9.0.0/24' --mtu 1400 >/dev/null 2>&1 &
`;
  const { config } = await folder.imported("ovs", await folder.write("start.sh", script));
  assert.deepEqual(config.defaults, { subnet: "10.9.0.0/24", mtu: 1400, mode: "nat" });
});

test("B01 each command that docker-ovs-plugin's README prints can be imported", async (t) => {
  const file = join(seeds, "docker-ovs-plugin-readme.md");
  if (!existsSync(file)) return t.skip(`skipped: no documents in ${seeds}`);
  const commands =
    readFileSync(file, "utf8").match(/^[\s$]*(?:(?:\.\/)?docker-ovs-plugin\b|go run main\.go).*$/gm) ?? [];
  await using folder = await Folder.make();
  const seen: string[] = [];
  for (const command of commands.filter((each) => !/^docker-ovs-plugin$/.test(each))) {
    const { config } = await folder.imported("ovs", "--command", command);
    seen.push(
      `${config.defaults.mode} ${config.defaults.subnet} ${config.defaults.gateway} ${config.log.level}`,
    );
  }
  assert.deepEqual(seen, [
    "nat 172.18.40.0/24 172.18.40.1 info",
    "nat 172.18.40.0/24 172.18.40.1 info",
    "flat 192.168.1.0/24 192.168.1.1 info",
    "nat 172.18.40.0/24 172.18.40.1 info",
    "nat 172.18.40.0/24 172.18.40.1 debug",
  ]);
});

test("B01 flags of OpenContrail's driver win over the file that they name; without a scope it was local", async () => {
  await using folder = await Folder.make();
  const file = await folder.write(
    "opencontrail.conf",
    files.opencontrail.replace("DEBUG: true", "DEBUG: false"),
  );
  const driver = "python /usr/bin/opencontrail-libnetwork-driver.py";
  const named = await folder.imported("opencontrail", "--command", `${driver} -f ${file}`);
  assert.equal(named.config.docker.mirror, true);
  assert.equal(named.config.log.level, "info");
  const won = await folder.imported(
    "opencontrail",
    "--command",
    `${driver} --file=${file} -glocal -d True -s /srv/plugins`,
  );
  assert.equal(won.config.docker.mirror, false);
  assert.equal(won.config.log.level, "debug");
  assert.equal(won.config.docker.plugin, "/srv/plugins/fairway.sock");
  const alone = await folder.imported(
    "opencontrail",
    "--command",
    `${driver} -u admin -t admin -p 'hid den' -a vip -y blue`,
  );
  assert.equal(alone.config.docker.mirror, false);
  const told = alone.notes.join("\n");
  assert.match(told, /--command: scope: nobody said it, which was local/);
  assert.match(told, /tenant: .*fairway organization create/);
  assert.doesNotMatch(told, /hid den/);
});

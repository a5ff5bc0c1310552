import { existsSync } from "node:fs";
import { type RequestOptions, request } from "node:http";
import type { DaemonSpec } from "./daemon.ts";
import type { Machine } from "./machine.ts";

/** A host's daemons. Those of a center run on the center host only, `dockerd` where Docker is wanted. */
export const ovsDaemons = ["ovsdb-server", "ovs-vswitchd", "ovn-controller"] as const;
export const centerDaemons = ["ovnnb", "ovnsb", "ovn-northd"] as const;
export type DaemonName = (typeof ovsDaemons)[number] | (typeof centerDaemons)[number] | "dockerd" | "fairway";

/** Where Open vSwitch's packages keep a host's configuration. */
export const ovsDatabase = "/etc/openvswitch/conf.db";

/**
 * The port at which hosts reach the Southbound database over the underlay: plain TCP, which only a lab may do. OVN's own
 * port for it is left to who sets up TLS.
 */
export const southboundPort = 16_642;

/** Says how each daemon is started: with the paths and options that the Debian packages' own scripts use. */
export function describeDaemons(cgroup: string): Record<DaemonName, DaemonSpec> {
  return {
    "ovsdb-server": ovsDaemon(
      "openvswitch",
      "ovsdb-server",
      [
        `${createDatabase(ovsDatabase, "/usr/share/openvswitch/vswitch.ovsschema")}ovsdb-server ${ovsDatabase}`,
        "--remote=punix:/run/openvswitch/db.sock",
        "--remote=db:Open_vSwitch,Open_vSwitch,manager_options",
        "--private-key=db:Open_vSwitch,SSL,private_key",
        "--certificate=db:Open_vSwitch,SSL,certificate",
        "--bootstrap-ca-cert=db:Open_vSwitch,SSL,ca_cert",
      ].join(" "),
    ),
    "ovs-vswitchd": ovsDaemon("openvswitch", "ovs-vswitchd", "ovs-vswitchd unix:/run/openvswitch/db.sock"),
    "ovn-controller": ovsDaemon("ovn", "ovn-controller", "ovn-controller unix:/run/openvswitch/db.sock"),
    ovnnb: ovnDatabase("nb", "OVN_Northbound,NB_Global", "OVN_Northbound"),
    ovnsb: ovnDatabase("sb", "OVN_Southbound,SB_Global", "OVN_Southbound", southboundPort),
    "ovn-northd": ovsDaemon(
      "ovn",
      "ovn-northd",
      "ovn-northd --ovnnb-db=unix:/run/ovn/ovnnb_db.sock --ovnsb-db=unix:/run/ovn/ovnsb_db.sock",
    ),
    dockerd: {
      start: `setsid --fork dockerd --host=unix:///run/docker.sock --storage-driver=overlay2 \
        --exec-opt=native.cgroupdriver=cgroupfs --cgroup-parent=${cgroup} >>/var/log/dockerd.log 2>&1 </dev/null`,
      pidFile: "/run/docker.pid",
      isReady: (machine) => answers(machine, "/run/docker.sock", { path: "/_ping" }),
    },
    fairway: {
      start: `setsid --fork sh -c 'echo $$ >/run/fairway.pid; exec fairway run' >>/var/log/fairway.log 2>&1 </dev/null`,
      pidFile: "/run/fairway.pid",
      isReady: async (machine) =>
        (await answers(machine, "/run/docker/plugins/fairway.sock", {
          path: "/Plugin.Activate",
          method: "POST",
        })) &&
        // The plugin answers before the center does.
        (!hasCenter(machine) || answers(machine, "/run/fairway/api.sock", { path: "/v1/status" })),
    },
  };
}

/** A daemon of the Open vSwitch family: `--detach` returns when it works. */
function ovsDaemon(
  project: "openvswitch" | "ovn",
  name: string,
  command: string,
  logName = name,
): DaemonSpec {
  const pidFile = `/run/${project}/${name}.pid`;
  const log = `/var/log/${project}/${logName}.log`;
  return {
    start: `${command} --pidfile=${pidFile} --log-file=${log} -vconsole:off --detach --no-chdir`,
    pidFile,
  };
}

function ovnDatabase(short: "nb" | "sb", globals: string, database: string, port?: number): DaemonSpec {
  const file = `/var/lib/ovn/ovn${short}_db.db`;
  const command = [
    `${createDatabase(file, `/usr/share/ovn/ovn-${short}.ovsschema`)}ovsdb-server ${file}`,
    `--unixctl=/run/ovn/ovn${short}_db.ctl`,
    `--remote=punix:/run/ovn/ovn${short}_db.sock`,
    `--remote=db:${globals},connections`,
    `--private-key=db:${database},SSL,private_key`,
    `--certificate=db:${database},SSL,certificate`,
    `--ca-cert=db:${database},SSL,ca_cert`,
    ...(port === undefined ? [] : [`--remote=ptcp:${port}:0.0.0.0`]),
  ].join(" ");
  return ovsDaemon("ovn", `ovn${short}_db`, command, `ovsdb-server-${short}`);
}

const createDatabase = (file: string, schema: string) =>
  `test -e ${file} || ovsdb-tool create ${file} ${schema}\n`;

/** A machine that joined a cluster has its center elsewhere. */
const hasCenter = (machine: Machine) =>
  !existsSync(`${machine.rootPath}/var/lib/fairway/host/membership.json`);

async function answers(machine: Machine, socket: string, options: RequestOptions): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const query = request({ ...options, socketPath: `${machine.rootPath}${socket}`, timeout: 1000 });
  query
    .on("response", (response) => resolve(response.resume().statusCode === 200))
    .on("timeout", () => query.destroy())
    .on("error", () => resolve(false))
    .end();
  return promise;
}

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import { fairway } from "../cli/run-command.ts";

/** Configuration files as the plugins' documents and repositories have them: their keys and values. */
export const files = {
  nuage: `vrssocketfile:    "/var/run/openvswitch/db.sock"
dockersocketfile: "unix:///var/run/docker.sock"
vrsbridge:      "alubr0"
loglevel:       "Debug"
logfilesize:    10
scope:          "global"
numofretries:   5
timeinterval:   100
username: Y3Nwcm9vdA==
password: Y3Nwcm9vdDIwMTc=
organization: Y3Nw
url: https://127.0.0.1:8443
pluginversion: "v1"
`,
  vlcp: `#server.debugging=True
module.jsonrpcserver.ovsdb=True
module.jsonrpcserver.client=True
module.jsonrpcserver.url='unix:///var/run/openvswitch/db.sock'
module.httpserver.url=None
module.httpserver.vhost.api.url='tcp://localhost:8081'
module.httpserver.vhost.docker.url='unix:///run/docker/plugins/vlcp.sock'
module.redisdb.url='tcp://:hidden@10.1.9.7/'
proxy.kvstorage='vlcp.service.connection.zookeeperdb.ZooKeeperDB'
server.logging.version=1
server.logging.handlers={'fileHandler':{'class':'logging.handlers.TimedRotatingFileHandler',
                                        'backupCount':7}}
# Change the level to 'DEBUG' if you want debugging information
server.logging.root={'level':'WARNING',
                     'handlers':['fileHandler']}
module.l2switch.learning=False
module.l3router.enable_router_forward = True
module.dockerplugin.mtu=1450
server.startup = ('vlcp.service.sdn.viperflow.ViperFlow',
                  'vlcp_docker.dockerplugin.DockerPlugin')
`,
  opencontrail: `---
api_server: vip
api_port: '8082'
admin_user: admin
admin_password: hidden
admin_tenant: admin
socketpath: /run/docker/plugins
scope: global
DEBUG: true
`,
} as const;

/** A directory for one test, with what it has in its files. */
export class Folder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), "fairway-import-")));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.path, { recursive: true });
  }

  async write(name: string, text: string): Promise<string> {
    const path = join(this.path, name);
    await writeFile(path, text);
    return path;
  }

  /** Imports, and reads what was printed as Fairway does. */
  async imported(
    from: string,
    ...args: readonly string[]
  ): Promise<{ readonly config: Config; readonly notes: readonly string[] }> {
    const { status, out, err } = await fairway(["config", "import", "--from", from, ...args]);
    if (status !== 0) throw new Error(err);
    const config = loadConfig(await this.write("fairway.yaml", out), {});
    return { config, notes: err.replaceAll(`${this.path}/`, "").trimEnd().split("\n") };
  }

  /** What is said where nothing is printed. */
  async refused(from: string, ...args: readonly string[]): Promise<string> {
    const { status, out, err } = await fairway(["config", "import", "--from", from, ...args]);
    if (status !== 1 || out !== "") throw new Error(`status ${status}: ${out}`);
    return err.replaceAll(`${this.path}/`, "").trimEnd();
  }
}

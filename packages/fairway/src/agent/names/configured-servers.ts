import { dnsServersIn, dockerSettingsFile } from "../../host/docker-settings.ts";
import { readIfThere } from "../../host/files.ts";
import { isBeyondHost, ResolvConf, resolvConfBehindStub, serversBeyondHost } from "../../host/resolv-conf.ts";

/** What Docker gives its containers where the host names no server that they could reach. */
const dockersDefault = ["8.8.8.8", "8.8.4.4"] as const;

/** More are not looked after: each has sockets of its own on each network. */
const mostServers = 8;

export interface ConfiguredServersOptions {
  /** /etc/resolv.conf but in tests. */
  readonly resolvConf: string;
  /** `resolvConfBehindStub` but in tests. */
  readonly behindStub?: string;
  /** `dockerSettingsFile` but in tests. */
  readonly daemonFile?: string;
  /** Never a server: our own address. */
  readonly except: string;
}

/** The name servers that containers of this host are configured with: what their queries are sent to. */
export class ConfiguredServers {
  /** In which they stand; who watches them knows soon. */
  readonly files: readonly string[];
  readonly #resolvConf: ResolvConf;
  readonly #behindStub: ResolvConf;
  readonly #daemonFile: string;
  readonly #except: string;
  readonly #ofContainers = new Map<string, readonly string[]>();

  constructor({
    resolvConf,
    behindStub = resolvConfBehindStub,
    daemonFile = dockerSettingsFile,
    except,
  }: ConfiguredServersOptions) {
    this.files = [resolvConf, behindStub, daemonFile];
    this.#resolvConf = new ResolvConf(resolvConf, except);
    this.#behindStub = new ResolvConf(behindStub, except);
    this.#daemonFile = daemonFile;
    this.#except = except;
  }

  /**
   * Notes the servers that a container has of its own.
   * @param container the engine's id. @param servers none: it has no own ones, or is gone. @returns whether that is new.
   */
  setContainer(container: string, servers: readonly string[]): boolean {
    const isNew = (this.#ofContainers.get(container) ?? []).join(" ") !== servers.join(" ");
    if (servers.length > 0) this.#ofContainers.set(container, servers);
    else this.#ofContainers.delete(container);
    return isNew;
  }

  /** Forgets the servers of all other containers. @returns whether there were any. */
  keepContainers(containers: ReadonlySet<string>): boolean {
    const over = [...this.#ofContainers.keys()].filter((container) => !containers.has(container));
    for (const container of over) this.#ofContainers.delete(container);
    return over.length > 0;
  }

  /** Those of the engine's `dns` setting, those of the host as Docker sees them, and those of single containers. Never rejects. */
  async list(): Promise<readonly string[]> {
    const ofContainers = [...this.#ofContainers.values()].flat();
    const servers = [...(await this.#ofEngine()), ...(await this.#ofHostForContainers()), ...ofContainers];
    return [...new Set(servers)].filter((server) => this.#isReachable(server)).slice(0, mostServers);
  }

  /** Those of the engine's `dns` setting, and those of the host that a container can reach, without Docker's default. Never rejects. */
  async named(): Promise<readonly string[]> {
    return [...new Set([...(await this.#ofEngine()), ...(await this.ofHost())])].filter((server) =>
      this.#isReachable(server),
    );
  }

  /** Those that the host itself asks, as far as a container could reach them. Never rejects. */
  ofHost(): Promise<readonly string[]> {
    return serversBeyondHost([this.#resolvConf, this.#behindStub]);
  }

  /** Docker leaves out what is on the loopback link: a container has another (moby's resolvconf). */
  async #ofHostForContainers(): Promise<readonly string[]> {
    const servers = await this.ofHost();
    return servers.length > 0 ? servers : dockersDefault;
  }

  async #ofEngine(): Promise<readonly string[]> {
    try {
      return dnsServersIn(JSON.parse((await readIfThere(this.#daemonFile)) ?? "{}"));
    } catch {
      // What is wrong with that file its engine says.
      return [];
    }
  }

  #isReachable(server: string): boolean {
    return server !== this.#except && isBeyondHost(server);
  }
}

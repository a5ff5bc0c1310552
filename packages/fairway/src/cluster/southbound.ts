import { FairwayError } from "../errors.ts";
import { command } from "../host/program.ts";
import { southboundPort } from "../well-known-ports.ts";
import type { SslFiles } from "./open-vswitch.ts";

/** Where ovsdb-server has it, on this machine alone. */
export const innerSouthbound = { address: "127.0.0.1", port: 6639 } as const;

const database = "--db=unix:/run/ovn/ovnsb_db.sock";

/** The one role that OVN has for hosts: each may change its own chassis' rows (ovn-sb(5), RBAC_Role). */
const role = "ovn-controller";

const target = `pssl:${innerSouthbound.port}:${innerSouthbound.address}`;

/**
 * Lets OVN's Southbound listen for this center, by TLS and with a host's role. What an older Fairway had set for hosts goes. Throws
 * `conflict` where somebody has set it otherwise, or listens where hosts look for it.
 */
export async function serveSouthbound(files: SslFiles): Promise<void> {
  await checkSsl(files);
  const known = await listeners();
  const ofHosts = known.filter((each) => listensOn(each.target, southboundPort));
  const foreign = ofHosts.find((each) => each.role !== role);
  const own = known.find((each) => each.target === target);
  const other = foreign ?? known.find((each) => each !== own && listensOn(each.target, innerSouthbound.port));
  if (other !== undefined)
    throw new FairwayError(
      "conflict",
      `OVN's Southbound listens on ${other.target} already; Fairway needs that port: ovn-sbctl del-connection, if nothing else needs it`,
    );
  for (const { uuid } of ofHosts) await sbctl("remove", "SB_Global", ".", "connections", uuid);
  if (own === undefined) {
    const create = ["create", "Connection", `target="${target}"`, `role=${role}`];
    const add = ["add", "SB_Global", ".", "connections", "@it"];
    await sbctl("--id=@it", ...create, "--", ...add);
  } else if (own.role !== role) await sbctl("set", "Connection", own.uuid, `role=${role}`);
}

/** Undoes `serveSouthbound`: the Southbound listens for this center no more, and has its keys no more. May be repeated. */
export async function closeSouthbound({ key }: SslFiles): Promise<void> {
  for (const each of await listeners())
    if (each.target === target && each.role === role)
      await sbctl("remove", "SB_Global", ".", "connections", each.uuid);
  if (field(await sbctl("get-ssl"), "Private key") === key) await sbctl("del-ssl");
}

/** Takes a chassis out of OVN: others close their tunnels to it. One that is not there has been taken out. */
export async function removeChassis(systemId: string): Promise<void> {
  await sbctl("--if-exists", "chassis-del", systemId);
}

interface Listener {
  readonly uuid: string;
  readonly target: string;
  readonly role: string;
}

async function listeners(): Promise<readonly Listener[]> {
  const json = await sbctl("--format=json", "--columns=_uuid,target,role", "list", "Connection");
  const { data } = JSON.parse(json) as { data: [[string, string], string, string][] };
  return data.map(([[, uuid], target, role]) => ({ uuid, target, role }));
}

/** `pssl:6642` and `ptcp:6642:ADDRESS` listen on the port, whatever the address. */
const listensOn = (target: string, port: number): boolean =>
  new RegExp(`^p(ssl|tcp):${port}(:|$)`).test(target);

async function checkSsl({ key, cert, ca }: SslFiles): Promise<void> {
  const text = await sbctl("get-ssl");
  const [present, authority] = [field(text, "Private key"), field(text, "CA Certificate")];
  if (present === undefined || (present === key && authority !== ca)) await sbctl("set-ssl", key, cert, ca);
  else if (present !== key)
    throw new FairwayError(
      "conflict",
      `OVN's Southbound has the TLS key ${present} already, Fairway would set ${key}; ` +
        "ovn-sbctl del-ssl, if nothing else needs it",
    );
}

const field = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1];

function sbctl(...words: readonly string[]): Promise<string> {
  return command("ovn-sbctl", ["--timeout=10", database, ...words]);
}

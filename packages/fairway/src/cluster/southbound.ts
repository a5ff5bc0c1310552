import { FairwayError } from "../errors.ts";
import { command } from "./command.ts";
import type { SslFiles } from "./open-vswitch.ts";

/** OVN's own port for it (ovn-sbctl(8)). */
export const southboundPort = 6642;

const database = "--db=unix:/run/ovn/ovnsb_db.sock";

/** The one role that OVN has for hosts: each may change its own chassis' rows (ovn-sb(5), RBAC_Role). */
const role = "ovn-controller";

/**
 * Lets OVN's Southbound on this machine listen for other machines, by TLS and with a host's role. Throws `conflict`
 * where somebody has set it otherwise.
 */
export async function listenSouthbound(address: string, files: SslFiles): Promise<void> {
  await checkSsl(files);
  const target = `pssl:${southboundPort}:${address.includes(":") ? `[${address}]` : address}`;
  const known = await listeners();
  const own = known.find((each) => each.target === target);
  const other = known.find((each) => each !== own && listensOn(each.target, southboundPort));
  if (other !== undefined)
    throw new FairwayError(
      "conflict",
      `OVN's Southbound listens on ${other.target} already; Fairway needs that port for ${target} with the role ${role}: ` +
        "ovn-sbctl del-connection, if nothing else needs it",
    );
  if (own === undefined)
    await sbctl(
      "--id=@it",
      "create",
      "Connection",
      `target="${target}"`,
      `role=${role}`,
      "--",
      "add",
      "SB_Global",
      ".",
      "connections",
      "@it",
    );
  else if (own.role !== role) await sbctl("set", "Connection", own.uuid, `role=${role}`);
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
  const present = /^Private key: (.*)$/m.exec(text)?.[1];
  if (present === undefined) await sbctl("set-ssl", key, cert, ca);
  else if (present !== key)
    throw new FairwayError(
      "conflict",
      `OVN's Southbound has the TLS key ${present} already, Fairway would set ${key}; ` +
        "ovn-sbctl del-ssl, if nothing else needs it",
    );
}

function sbctl(...words: readonly string[]): Promise<string> {
  return command("ovn-sbctl", ["--timeout=10", database, ...words]);
}

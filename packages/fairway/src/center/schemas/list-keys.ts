import { parseIp } from "../../ip.ts";

/** By what the items of a list are ordered: a text that no other item of it has. A page begins behind such a text. */
export const keyInList = {
  host: ({ name }: { readonly name: string }): string => name,
  network: ({ name }: { readonly name: string }): string => name,
  physicalNetwork: ({ name }: { readonly name: string }): string => name,
  principal: ({ name }: { readonly name: string }): string => name,
  /** The oldest first. */
  token: ({ created, uuid }: { readonly created: string; readonly uuid: string }): string =>
    `${created} ${uuid}`,
  routeTarget: ({ target }: { readonly target: string }): string => target,
  router: ({ name }: { readonly name: string }): string => name,
  organization: ({ name }: { readonly name: string }): string => name,
  zone: ({ name }: { readonly name: string }): string => name,
  vip: ({ ip, network }: { readonly ip: string; readonly network: { readonly uuid: string } }): string =>
    `${numbered(ip)} ${network.uuid}`,
  securityGroup: ({ name }: { readonly name: string }): string => name,
  policy: ({ name }: { readonly name: string }): string => name,
  port: ({ name }: { readonly name: string }): string => name,
  endpoint: ({ uuid }: { readonly uuid: string }): string => uuid,
  subnet: ({ cidr, uuid }: { readonly cidr: string; readonly uuid: string }): string =>
    `${numbered(cidr)} ${uuid}`,
  address: ({ ip, subnet }: { readonly ip: string; readonly subnet: { readonly uuid: string } }): string =>
    `${numbered(ip)} ${subnet.uuid}`,
  /** By address, then by time: what goes on comes last. */
  addressUse: ({
    ip,
    until,
    uuid,
  }: {
    readonly ip: string;
    readonly until: string | null;
    readonly uuid: string;
  }): string => `${numbered(ip)} ${until ?? "9"} ${uuid}`,
} as const;

/** An address, or a subnet's first one, so that texts are in the order of the numbers; what is damaged comes first. */
function numbered(text: string): string {
  try {
    const { family, value } = parseIp(text);
    return `${family}.${value.toString(16).padStart(family === 4 ? 8 : 32, "0")}`;
  } catch {
    return `0.${text}`;
  }
}

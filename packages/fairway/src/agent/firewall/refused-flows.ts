import { contains, type Family, parseCidr, parseIp } from "../../ip.ts";
import type { Flow, FlowSketch } from "./conntrack.ts";
import { everyAddress } from "./restrictions.ts";
import type { Elements } from "./ruleset.ts";

/** By IP protocol number, as nft calls them. */
const protocols: Readonly<Record<number, string>> = { 6: "tcp", 17: "udp", 132: "sctp" };

/** Flows to published ports that their sender may not reach by now. The rules look at the first packet of a flow alone. */
export class RefusedFlows {
  readonly #elements: Elements;
  readonly #ports: ReadonlySet<string>;

  /** @param elements what our nftables table holds. */
  constructor(elements: Elements) {
    this.#elements = elements;
    const limited = [4, 6].flatMap((family) => [...this.#of(`limited${family as Family}`)]);
    this.#ports = new Set(limited.map((element) => element.split(" . ").slice(1).join(" ")));
  }

  /** Whether a flow may be one of them. */
  mayHave({ protocol, destinationPort }: Pick<FlowSketch, "protocol" | "destinationPort">): boolean {
    return this.#ports.has(`${protocols[protocol]} ${destinationPort}`);
  }

  /** @param hostAddresses of this host: what it sends itself is never refused. */
  has({ family, protocol, source, destination, zone }: Flow, hostAddresses: ReadonlySet<string>): boolean {
    if (zone === 0 && hostAddresses.has(source.address)) return false;
    const port = `${protocols[protocol]} . ${destination.port}`;
    const limited = this.#of(`limited${family}`);
    const places = [
      destination.address,
      ...(hostAddresses.has(destination.address) ? [everyAddress[family]] : []),
    ];
    const place = places.find((each) => limited.has(`${each} . ${port}`));
    if (place === undefined) return false;
    const key = `${place} . ${port}`;
    if (this.#of("masqueraded").has(String(zone))) return !this.#of(`inside${family}`).has(key);
    const client = parseIp(source.address);
    return !Array.from(this.#of(`from${family}`)).some(
      (element) =>
        element.startsWith(`${key} . `) && contains(parseCidr(element.slice(key.length + 3)), client),
    );
  }

  #of(name: Parameters<Elements["get"]>[0]): ReadonlySet<string> {
    return this.#elements.get(name) ?? new Set();
  }
}

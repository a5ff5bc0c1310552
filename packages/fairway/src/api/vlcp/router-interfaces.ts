import { randomUUID } from "node:crypto";
import { z } from "zod";
import { ipAddress, text } from "../../center/schemas/common.ts";
import type { Network } from "../../center/schemas/network.ts";
import { type Router, routerInterfaceSpec, routerName } from "../../center/schemas/router.ts";
import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import { contains, parseCidr, parseIp } from "../../ip.ts";
import { type Kind, verb, type Work } from "./call.ts";
import { type Carriers, carriersOf, shown as networkShown } from "./logical-networks.ts";
import { shown as subnetShown, theSubnet } from "./subnets.ts";
import { keptOf, orNothing, read, shownOf } from "./values.ts";
import { shown as routerShown, theRouter } from "./virtual-routers.ts";

const interfaceId = text(255, 1);
const wanted = z.object({
  router: routerName,
  subnet: text(255, 1),
  id: orNothing(interfaceId),
  ip_address: orNothing(ipAddress),
});
/** VLCP 1 names an interface by its id, VLCP 2 by its router and subnet. */
const named = z.strictObject({
  id: orNothing(interfaceId),
  router: orNothing(routerName),
  subnet: orNothing(text(255, 1)),
});

/** One subnet of a network that is attached. */
interface Interface {
  readonly id: string;
  /** Whether it was made by a call of VLCP's. */
  readonly isClaimed: boolean;
  readonly router: Router;
  readonly network: Network;
  readonly subnet: Network["subnets"][number];
  readonly asked: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/** VLCP's interfaces of virtual routers: a subnet's network is attached to the router. One network that was attached otherwise is shown by each of its subnets. */
export const routerInterfaces: Kind = {
  noun: "routerinterface",
  list: "interfaces",
  module: "vrouterapi",
  words: { create: "add", delete: "remove" },
  filters: ["id"],
  find: ({ id }, work) => {
    if (typeof id !== "string")
      throw new FairwayError("invalid", "id must be the id of a virtual router, whose interfaces are listed");
    const router = theRouter(id, work);
    const carriers = carriersOf(work);
    return interfacesOf(work).flatMap((each) =>
      each.router.uuid === router.uuid ? shown(each, carriers) : [],
    );
  },
  create: verb({
    schema: wanted,
    keepsUnknown: true,
    key: ({ id }) => id ?? "",
    run: async ({ id = randomUUID(), router, subnet: reference, ip_address }, given, { nouns, ...work }) => {
      const { uuid, gateway } = theSubnet(reference, work);
      const { name } = theRouter(router, work);
      if (ip_address === undefined && gateway === null)
        throw new FairwayError(
          "invalid",
          `subnet ${reference} has no gateway; ip_address must say by which address the router answers there`,
        );
      const address = ip_address ?? gateway ?? undefined;
      const { options } = read(routerInterfaceSpec, { options: keptOf(wanted, given) });
      await nouns.routers.claim(name, { id, subnet: uuid, address, options }, {}, work.context);
      return () => shown(theInterface({ id }, work), carriersOf(work));
    },
  }),
  delete: verb({
    schema: named,
    keepsUnknown: false,
    key: ({ id, router = "", subnet = "" }) => id ?? `${router} ${subnet}`,
    run: async (item, _given, { nouns, ...work }) => {
      const { id, isClaimed, router, network } = theInterface(item, work);
      if (isClaimed) await nouns.routers.unclaim(id, {}, work.context);
      else await nouns.routers.detach(router.uuid, network.uuid, {}, work.context);
      return undefined;
    },
  }),
};

function interfacesOf({ center, context }: Work): readonly Interface[] {
  const networks = new Map(center.networks.list({}, context).map((network) => [network.uuid, network]));
  return center.routers.list({}, context).flatMap((router) =>
    router.interfaces.flatMap(({ network: { uuid }, claims, asked, options }) => {
      const network = networks.get(uuid);
      if (network === undefined) return [];
      const common = { router, network, asked, options };
      const claimed = Object.entries(claims).map(([id, subnet]) => ({ id, subnet, isClaimed: true }));
      const made = network.subnets.map((subnet) => ({
        id: derive("router-interface", subnet.uuid, router.uuid),
        subnet: subnet.uuid,
        isClaimed: false,
      }));
      return (claimed.length > 0 ? claimed : made).flatMap(({ subnet: of, ...each }) => {
        const subnet = network.subnets.find((other) => other.uuid === of);
        return subnet === undefined ? [] : { ...common, ...each, subnet };
      });
    }),
  );
}

/** The interface of an id, or of a router and a subnet. Throws `not_found`, and `invalid` where neither is said. */
function theInterface(
  { id, router, subnet: reference }: Partial<z.output<typeof named>>,
  work: Work,
): Interface {
  const all = interfacesOf(work);
  if (id !== undefined) {
    const known = all.find((each) => each.id === id);
    if (known !== undefined) return known;
    throw new FairwayError("not_found", `no router interface "${id}"; listrouterinterfaces lists them`);
  }
  if (router === undefined || reference === undefined)
    throw new FairwayError("invalid", "say which interface by its id, or by router and subnet");
  const { uuid } = theSubnet(reference, work);
  const known = all.find((each) => each.router.name === router && each.subnet.uuid === uuid);
  if (known !== undefined) return known;
  const { name } = theRouter(router, work);
  throw new FairwayError("not_found", `subnet ${reference} is not on virtual router ${name}`);
}

function shown({ id, router, network, subnet, asked, options }: Interface, carriers: Carriers): object {
  const cidr = parseCidr(subnet.cidr);
  const own = asked.find((ip) => contains(cidr, parseIp(ip)));
  return {
    ...shownOf(options),
    id,
    router: routerShown(router),
    subnet: subnetShown(subnet, networkShown(network, carriers)),
    ...(own !== undefined && own !== subnet.gateway && { ip_address: own }),
  };
}

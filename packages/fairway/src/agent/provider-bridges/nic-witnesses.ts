import { once } from "node:events";
import { connect } from "node:net";
import { findNeighbour } from "../../host/neighbour-probe.ts";
import type { Link } from "../../host/netlink/link.ts";
import type { NicRecord } from "./nic-record.ts";

const connectBoundMs = 2_000;

/** Whom a host asks whether it is still reached: the gateways on a wire, and the center. */
export type Witnesses = NonNullable<NicRecord["asked"]>;

/** Those of them that answer. @param link by which the gateways are asked. */
export async function answering(link: Link, { gateways, center }: Witnesses): Promise<Witnesses> {
  const [answered, isHeard] = await Promise.all([
    Promise.all(gateways.map((gateway) => isThere(link, gateway))),
    center === null ? false : answers(center),
  ]);
  return { gateways: gateways.filter((_, at) => answered[at]), center: isHeard ? center : null };
}

/** Of whom nothing is heard, in words; undefined where all answer. */
export async function silentOf(link: Link, witnesses: Witnesses): Promise<string | undefined> {
  const heard = await answering(link, witnesses);
  const silent = witnesses.gateways.filter((gateway) => !heard.gateways.includes(gateway));
  const words = [
    ...silent.map((gateway) => `gateway ${gateway}`),
    ...(heard.center === witnesses.center ? [] : [`center ${witnesses.center}`]),
  ];
  return words.length === 0 ? undefined : words.join(" and ");
}

async function isThere(link: Link, address: string): Promise<boolean> {
  const signal = AbortSignal.timeout(connectBoundMs);
  return (await findNeighbour(link, null, address, signal).catch(() => undefined)) !== undefined;
}

/** Whether somebody takes a connection. @param place `HOST:PORT`. */
async function answers(place: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${place}`);
  const host = hostname.replace(/^\[|\]$/g, "");
  const connection = connect({ host, port: Number(port), signal: AbortSignal.timeout(connectBoundMs) });
  try {
    await once(connection, "connect");
    return true;
  } catch {
    return false;
  } finally {
    connection.on("error", () => undefined).destroy();
  }
}

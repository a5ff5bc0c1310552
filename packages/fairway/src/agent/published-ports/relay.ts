import { messageOf } from "../../errors.ts";
import { keepHostAddress } from "../../host/netlink/host-address.ts";
import type { Netlink } from "../../host/netlink/netlink.ts";
import type { Family } from "../../ip.ts";
import type { Logger } from "../../logger.ts";
import { relayAddresses } from "../firewall/publication.ts";
import { boundUdp, leadDatagramsOn } from "./datagrams.ts";
import type { HeldPlace } from "./proxy.ts";

/** A socket to which the kernel leads the datagrams of a published port that it cannot lead to the container. */
export interface Relay extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
}

/** Opens relays: undefined where this host cannot have one, which the log tells. */
export type OpenRelay = (family: Family, place: HeldPlace) => Promise<Relay | undefined>;

/** Relays for datagrams of a family in which a container has no address. A socket of all addresses is not told which one was asked. */
export function relayOpener(netlink: Netlink, logger: Logger): OpenRelay {
  return async (family, place) => {
    const address = relayAddresses[family];
    try {
      await keepHostAddress(netlink, address);
      const socket = await boundUdp(address, 0);
      leadDatagramsOn(socket, place, () => address);
      return {
        address,
        port: socket.address().port,
        [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(resolve)),
      };
    } catch (error) {
      const { hostPort } = place;
      logger.warn(
        { hostPort, family, error: messageOf(error) },
        "a UDP port is not published in this IP family",
      );
      return undefined;
    }
  };
}

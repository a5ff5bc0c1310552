import type { Logger } from "../logger.ts";
import { southboundPort } from "../well-known-ports.ts";
import type { AdmissionList } from "./admitted-hosts.ts";
import { ensureCenterCertificate } from "./center-certificate.ts";
import { writeAddress } from "./center-contact.ts";
import { type Certifier, openCertifier } from "./certifier.ts";
import { Renewal } from "./renewal.ts";
import { SouthboundKeeper } from "./southbound-keeper.ts";
import type { SouthboundPlaces } from "./southbound-places.ts";

/** What a center needs for other machines to join. */
export interface CenterMembership {
  readonly certifier: Certifier;
  /** Renews the center's own certificate until it is disposed of; `onRenewed` is told of each new one. */
  keepCertificate(onRenewed: () => void): AsyncDisposable;
  /** Lets the hosts of the cluster in to OVN's Southbound. */
  keepSouthbound(admissions: AdmissionList): SouthboundKeeper;
}

export interface CenterMembershipOptions {
  /** Of this center. */
  readonly name: string;
  /** Of both authorities. */
  readonly directory: string;
  /** Where other machines reach the API. */
  readonly listener: { readonly address: string; readonly port: number };
  readonly southbound: SouthboundPlaces;
  readonly logger: Logger;
}

/** Throws `invalid` where the authorities' files do not fit. */
export async function openMembership({
  name,
  directory,
  listener: { address, port },
  southbound,
  logger,
}: CenterMembershipOptions): Promise<CenterMembership> {
  const names = { name, addresses: [address] };
  await ensureCenterCertificate(directory, names);
  const certifier = await openCertifier({
    directory,
    address: writeAddress({ host: address, port }),
    southbound: `ssl:${writeAddress({ host: address, port: southboundPort })}`,
  });
  return {
    certifier,
    keepCertificate: (onRenewed) =>
      new Renewal(async () => {
        const isNew = await ensureCenterCertificate(directory, names);
        if (isNew) onRenewed();
        return isNew;
      }, logger),
    keepSouthbound: (admissions) => new SouthboundKeeper({ ...southbound, admissions, logger }),
  };
}

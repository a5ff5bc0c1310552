import type { Store } from "../intent/store.ts";
import type { Logger } from "../logger.ts";
import type { Certifier } from "../service/certifier.ts";
import { writeAddress } from "./center-contact.ts";
import { ensureCentralCertificate, refusedFile } from "./central-certificate.ts";
import { openCertifier } from "./certifier.ts";
import { RefusedHosts } from "./refused-hosts.ts";
import { RemovedHosts } from "./removed-hosts.ts";
import { Renewal } from "./renewal.ts";
import { southboundPort } from "./southbound.ts";

/** What a center needs for other machines to join. */
export interface CenterMembership {
  readonly certifier: Certifier;
  /** Renews the center's own certificate until it is disposed of; `onRenewed` is told of each new one. */
  keepCertificate(onRenewed: () => void): AsyncDisposable;
  /** Closes OVN's Southbound to hosts that are removed, until it is disposed of. */
  watchRemovals(store: Store): AsyncDisposable;
}

export interface CenterMembershipOptions {
  /** Of this center. */
  readonly name: string;
  /** Of both authorities. */
  readonly directory: string;
  /** Where other machines reach the API. */
  readonly listener: { readonly address: string; readonly port: number };
  readonly logger: Logger;
}

/** Throws `invalid` where the authorities' files do not fit. */
export async function openMembership({
  name,
  directory,
  listener: { address, port },
  logger,
}: CenterMembershipOptions): Promise<CenterMembership> {
  const names = { name, addresses: [address] };
  await ensureCentralCertificate(directory, names);
  const certifier = await openCertifier({
    directory,
    address: writeAddress({ host: address, port }),
    southbound: `ssl:${writeAddress({ host: address, port: southboundPort })}`,
  });
  return {
    certifier,
    keepCertificate: (onRenewed) =>
      new Renewal(async () => {
        const isNew = await ensureCentralCertificate(directory, names);
        if (isNew) onRenewed();
        return isNew;
      }, logger),
    watchRemovals: (store) => new RemovedHosts(store, new RefusedHosts(refusedFile(directory)), logger),
  };
}

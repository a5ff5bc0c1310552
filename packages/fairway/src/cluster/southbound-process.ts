import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { beginListening } from "../api/begin-listening.ts";
import { protectSocket, takeSocketPath } from "../api/socket-path.ts";
import { messageOf } from "../errors.ts";
import { readIfThere, writePrivately } from "../host/files.ts";
import type { Logger } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";
import { version } from "../version.ts";
import { type AdmittedHost, AdmittedHosts } from "./admitted-hosts.ts";
import { SouthboundFront } from "./southbound-front.ts";
import type { SouthboundPlaces } from "./southbound-places.ts";

export interface SouthboundProcessOptions extends SouthboundPlaces {
  /** Where hosts reach it. */
  readonly address: string;
  readonly logger: Logger;
}

/**
 * Lets hosts in to OVN's Southbound until the signal ends it: a process beside the center's, so that they stay connected while the center is
 * restarted, or is away. Whom to let in stands in a file; the center says by a socket when it has another content.
 */
export async function serveHosts(
  { directory, address, admitted, socket, pidFile, logger }: SouthboundProcessOptions,
  signal: AbortSignal,
): Promise<void> {
  await takeSocketPath(socket);
  const admissions = new AdmittedHosts();
  let known: string | undefined;
  const read = async () => {
    const text = (await readIfThere(admitted)) ?? "[]";
    if (text !== known) admissions.replace(JSON.parse(text) as readonly AdmittedHost[]);
    known = text;
  };
  await read();
  await using front = new SouthboundFront({ directory, address, admissions, logger });
  const answer = async (connection: Socket): Promise<void> => {
    try {
      await read();
    } catch (error) {
      // Rather nobody than somebody who was removed.
      known = undefined;
      admissions.replace([]);
      connection.end(`cannot read ${admitted}: ${messageOf(error)}\n`);
      return;
    }
    connection.end(`${version}\n`);
    await front.reloadCertificates();
  };
  const control = createServer(
    guarded("hear the center", logger, (connection: Socket) => {
      connection.on("error", () => undefined);
      return answer(connection);
    }),
  );
  await beginListening(control, { path: socket }, logger);
  protectSocket(socket);
  await writePrivately(pidFile, `${process.pid}\n`);
  logger.info({ version, address }, "hosts are let in to OVN's Southbound");
  if (!signal.aborted) await once(signal, "abort");
  control.close();
  await rm(pidFile, { force: true });
}

import { InvalidArgumentError } from "commander";

/** What an option says that takes a port of TCP or UDP. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    throw new InvalidArgumentError("It must be a port from 1 to 65535.");
  return port;
}

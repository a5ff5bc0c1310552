/** Docker's configuration (dockerd(8)). */
export const dockerSettingsFile = "/etc/docker/daemon.json";

/** The name servers that Docker's setting `dns` gives to containers; what is no text there is passed over. */
export function dnsServersIn(settings: unknown): readonly string[] {
  const servers = (settings as { readonly dns?: unknown } | null)?.dns;
  return Array.isArray(servers) ? servers.filter((server) => typeof server === "string") : [];
}

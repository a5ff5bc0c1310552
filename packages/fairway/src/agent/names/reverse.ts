/** The address that a name of `in-addr.arpa` or `ip6.arpa` stands for (RFC 1035 §3.5, RFC 3596 §2.5); undefined for another. */
export function addressOfReverseName(name: string): string | undefined {
  const labels = name.toLowerCase().split(".");
  const zone = labels.splice(-2).join(".");
  const parts = labels.toReversed();
  if (zone === "in-addr.arpa" && parts.length === 4 && parts.every(isByte)) return parts.join(".");
  if (zone !== "ip6.arpa" || parts.length !== 32 || !parts.every((part) => /^[0-9a-f]$/.test(part)))
    return undefined;
  return parts.join("").match(/.{4}/g)?.join(":");
}

function isByte(text: string): boolean {
  return /^(0|[1-9]\d{0,2})$/.test(text) && Number(text) <= 255;
}

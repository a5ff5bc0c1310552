/** Docker writes addresses now with, now without prefix length; the API takes them bare. */
export function bareAddress(address: string): string {
  return address.split("/", 1)[0] ?? address;
}

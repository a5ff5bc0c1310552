import type { CreateEndpointAnswer } from "./network-messages.ts";

const interfaceFields = ["Address", "AddressIPv6", "MacAddress"] as const;

/**
 * An answer to CreateEndpoint without what the request had already set, and the names of what had to go.
 * Docker fails the container even where the same value comes back (moby `libnetwork/drivers/remote/driver.go`,
 * `SetMacAddress` and `SetIPAddress` of `endpoint_info.go`; seen on 20.10.24, 26.1.5 and 28.5.2).
 */
export function withoutEcho(
  answer: CreateEndpointAnswer,
  setByDocker: Readonly<Record<string, string>>,
): { readonly answer: CreateEndpointAnswer; readonly echoed: readonly string[] } {
  const given = answer.Interface;
  if (given === undefined || given === null) return { answer, echoed: [] };
  const chosen = interfaceFields.filter((field) => (given[field] ?? "") !== "");
  const echoed = chosen.filter((field) => (setByDocker[field] ?? "") !== "");
  const kept = chosen.filter((field) => !echoed.includes(field));
  return {
    answer: { ...answer, Interface: Object.fromEntries(kept.map((field) => [field, given[field]])) },
    echoed,
  };
}

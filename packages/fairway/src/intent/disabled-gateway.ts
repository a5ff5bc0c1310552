import { isYes } from "../option-word.ts";

/** The option of a network, and with the subnets' prefix of its subnets, that says it. */
export const disableGatewayOption = "disablegateway";

type Options = Readonly<Record<string, string>>;

/**
 * Whether the network is no way out for its containers, by the options that were kept on it and on its subnets. Docker then adds an
 * interface on its own bridge.
 */
export function isGatewayDisabled(network: Options, subnets: readonly Options[]): boolean {
  return [network, ...subnets].some((options) => isYes(options[disableGatewayOption]));
}

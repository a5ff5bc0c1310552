import { invalidOption } from "./option-value.ts";

/** What the `--driver-opt`s of an endpoint say, in Fairway's words. */
export interface EndpointOptions {
  /** What the interface is to be called in the container; undefined: as Docker numbers it. */
  readonly interfaceName: string | undefined;
}

/** Docker's own name for it (moby `netlabel.Ifname`). */
const interfaceNameOption = "com.docker.network.endpoint.ifname";

/** Of an interface's name in the kernel, in bytes, without the NUL at its end (IFNAMSIZ). */
const longestName = 15;

/** Reads the options of an endpoint. Throws `invalid` naming the option and what would be right. */
export function readEndpointOptions(options: Readonly<Record<string, string>>): EndpointOptions {
  const interfaceName = options[interfaceNameOption];
  if (interfaceName !== undefined && !isInterfaceName(interfaceName))
    throw invalidOption(
      interfaceNameOption,
      interfaceName,
      `the name of an interface, e.g. lan0: at most ${longestName} characters, without "/", ":" or spaces`,
    );
  return { interfaceName };
}

/** The kernel's own rule (linux net/core/dev.c, dev_valid_name). */
function isInterfaceName(name: string): boolean {
  return /^[^\s/:]+$/.test(name) && Buffer.byteLength(name) <= longestName && name !== "." && name !== "..";
}

/** Where whoever is on a network asks for names: link-local, so that no network has it, and the same on every host. */
export const nameServiceAddress = "169.254.53.53";

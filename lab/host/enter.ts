/** What a program inside a lab machine sees as its environment, and nothing of the caller's. */
export const environment: NodeJS.ProcessEnv = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LANG: "C.UTF-8",
};

/**
 * Gives the command that runs `argv` in all namespaces of the machine whose PID 1 is `pid`.
 *
 * `nsenter` forks to enter the PID namespace; `setpriv` makes the program end with it, so that killing what was
 * started kills what was meant.
 */
export function enter(pid: number, argv: readonly string[]): string[] {
  const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid"];
  return ["nsenter", "--target", String(pid), ...namespaces, "--", "setpriv", "--pdeathsig", "KILL", ...argv];
}

/**
 * Gives the command that runs `argv` of the outer machine in the network of another one: the only place from which
 * `ip link … netns PID` can name a third machine, because newer versions of `ip` look it up in /proc.
 */
export function enterNetwork(pid: number, argv: readonly string[]): string[] {
  return ["nsenter", "--target", String(pid), "--net", "--", ...argv];
}

import type { Invariant, Sight } from "../invariant.ts";

/** Every engine has the cluster's networks and no others of ours; what was removed goes when nobody uses it any more. */
export const networksAgree: Invariant = {
  name: "networks are the same in intent, model and engines",
  check: (sight) => [...engines(sight), ...claims(sight)],
};

/** Handles: the intent's are the engines', and the cluster's networks have one on each. */
function engines({ cluster, seen }: Sight): readonly string[] {
  const problems: string[] = [];
  const handles = new Map(
    seen.networks.flatMap((network) =>
      network.engines.map((handle) => [`${handle.host}/${handle.engineId}`, network] as const),
    ),
  );
  const inEngines = new Set(seen.engineNetworks.map(({ host, id }) => `${host}/${id}`));
  for (const { host, id, name } of seen.engineNetworks)
    if (!handles.has(`${host}/${id}`))
      problems.push(`network ${name} (${id.slice(0, 12)}) of ${host} is unknown to the intent`);
  for (const [handle, { name }] of handles)
    if (!inEngines.has(handle))
      problems.push(`network ${name}: the intent has the handle ${handle.slice(0, 15)}, the engine does not`);
  for (const { name, claimed, scope, status, engines } of seen.networks) {
    if (!claimed || scope !== "cluster" || status["removal"] !== undefined) continue;
    for (const host of cluster.hosts) {
      // One that was made there at the same time keeps its name.
      const isTaken = seen.engineNetworks.some((other) => other.host === host.name && other.name === name);
      if (!isTaken && !engines.some((handle) => handle.host === host.name))
        problems.push(`network ${name} is not on ${host.name}: ${JSON.stringify(status)}`);
    }
  }
  return problems;
}

/** Names: what was made is there, what was removed is not, and what is being removed has a user. */
function claims({ model, seen }: Sight): readonly string[] {
  const problems: string[] = [];
  for (const { name, state } of model.networks.values())
    if (state === "present" && !seen.networks.some((network) => network.claimed && network.name === name))
      problems.push(`network ${name} should be there and is not`);
  for (const network of seen.networks) {
    const [name = ""] = network.name.split("@");
    if (name !== "keep" && !model.networks.has(name))
      problems.push(`network ${network.name} was removed and is there`);
    const { removal } = network.status;
    if (removal === undefined) continue;
    const users = [...removal.matchAll(/([^ ,;]+) on (h\d)/g)];
    const live = users.filter(([, user, host]) =>
      seen.containers.some((container) => container.name === user && container.host === host),
    );
    if (live.length === 0) problems.push(`network ${network.name} should be gone: ${removal}`);
  }
  return problems;
}

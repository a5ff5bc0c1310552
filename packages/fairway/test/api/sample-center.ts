import type { Center } from "../../src/center/center.ts";
import type { Context } from "../../src/center/context.ts";
import type { HostStateSource } from "../../src/center/hosts/host-state-source.ts";
import { FairwayError } from "../../src/errors.ts";
import { engineIdOf, samples, uuidOf } from "./sample-objects.ts";

const {
  address,
  addressUse,
  dockerEndpoint,
  endpoint,
  host,
  membership,
  network,
  newPrincipal,
  newToken,
  physicalNetwork,
  port,
  principal,
  reservation,
  status,
  subnet,
  token,
  trace,
} = samples;

/** What the center's nouns offer, without what is private to them. */
type UseCases = {
  readonly [Noun in keyof Center]: { readonly [Name in keyof Center[Noun]]: Center[Noun][Name] };
};

/** Use cases that a test answers itself. */
export type Changes = { readonly [Noun in keyof UseCases]?: Partial<UseCases[Noun]> } & {
  readonly hostStates?: HostStateSource;
};

export interface SampleCenter {
  readonly center: Center;
  /** On whose behalf use cases ran. */
  readonly contexts: readonly Context[];
}

/** Answers every use case with the same objects; what a test changes on it is what that test is about. */
export function sampleCenter(changes: Changes = {}): SampleCenter {
  const contexts: Context[] = [];
  /** Notes on whose behalf a use case ran. Its context is the last argument. */
  const answer =
    <Answer>(value: Answer) =>
    (...args: readonly unknown[]): Answer => {
      contexts.push(args.at(-1) as Context);
      return value;
    };
  const later =
    <Answer>(value: Answer) =>
    async (...args: readonly unknown[]): Promise<Answer> =>
      answer(value)(...args);
  const useCases: UseCases = {
    status: { show: () => status },
    hosts: {
      register: later(host),
      list: answer([host]),
      show: answer(host),
      update: later(host),
      recordHeartbeat: answer(undefined),
      remove: later(undefined),
    },
    hostStates: {
      async *follow() {
        // Ends at once.
      },
    },
    troubles: { report: later(undefined) },
    gatewayHosts: { report: later(undefined) },
    resolvedNames: { admit: later({ sequence: 7 }) },
    containerPorts: { restrict: later(endpoint), list: answer([engineIdOf("c")]), forget: later(undefined) },
    publications: { publish: later(endpoint), unpublish: later(undefined), report: later(undefined) },
    tokens: {
      create: later(newToken),
      list: answer([token]),
      show: answer(token),
      remove: later(undefined),
      view: () => token,
    },
    members: {
      join: later(membership),
      renew: later({ certificate: membership.certificate, authority: membership.authority }),
    },
    principals: {
      create: later(newPrincipal),
      list: answer([principal]),
      show: answer(principal),
      update: later(principal),
      remove: later(undefined),
      view: () => principal,
      authenticate: () => {
        throw new FairwayError("unauthenticated", "nobody has a token");
      },
    },
    events: {
      async *follow() {
        // Ends at once.
      },
    },
    traces: { trace: later(trace) },
    transactions: { run: async () => [] },
    authorship: { onBehalfOf: (_context, work) => work() },
    names: {
      resolve: answer({ known: true, addresses: ["10.1.0.7"] }),
      list: answer({ called: ["blue"], bearers: [{ names: ["web-1", "web"], addresses: ["10.1.0.7"] }] }),
      reverseLookup: answer({ known: true, names: ["web-1.blue"] }),
    },
    physicalNetworks: {
      list: answer([physicalNetwork]),
      show: answer(physicalNetwork),
      create: later(physicalNetwork),
      update: later(physicalNetwork),
      remove: later(undefined),
    },
    physicalPorts: {
      add: later(physicalNetwork),
      update: later(physicalNetwork),
      remove: later(undefined),
    },
    routeTargets: { list: answer([samples.routeTarget]) },
    routers: {
      list: answer([samples.router]),
      show: answer(samples.router),
      create: later(samples.router),
      put: later(samples.router),
      update: later(samples.router),
      remove: later(samples.router),
      attach: later(samples.router),
      detach: later(samples.router),
      claim: later(samples.router),
      unclaim: later(undefined),
    },
    organizations: {
      list: answer([samples.organization]),
      show: answer(samples.organization),
      create: later(samples.organization),
      put: later(samples.organization),
      update: later(samples.organization),
      remove: later(samples.organization),
    },
    zones: {
      list: answer([samples.zone]),
      show: answer(samples.zone),
      create: later(samples.zone),
      put: later(samples.zone),
      update: later(samples.zone),
      remove: later(samples.zone),
    },
    policies: {
      list: answer([samples.policy]),
      show: answer(samples.policy),
      create: later(samples.policy),
      put: later(samples.policy),
      update: later(samples.policy),
      remove: later(samples.policy),
    },
    securityGroups: {
      list: answer([samples.securityGroup]),
      show: answer(samples.securityGroup),
      create: later(samples.securityGroup),
      put: later(samples.securityGroup),
      update: later(samples.securityGroup),
      remove: later(samples.securityGroup),
      join: later(samples.securityGroup),
      leave: later(samples.securityGroup),
    },
    vips: {
      list: answer([samples.vip]),
      show: answer(samples.vip),
      create: later(samples.vip),
      update: later(samples.vip),
      remove: later(samples.vip),
    },
    networks: {
      list: answer([network]),
      show: (reference, context) => {
        if (reference !== "blue") {
          throw new FairwayError("not_found", `no network '${reference}'; did you mean blue?`);
        }
        return answer(network)(context);
      },
      create: later(network),
      put: later(network),
      update: later(network),
      remove: later({
        ...network,
        status: { removal: "being removed; still used by web on node-1" },
      }),
      keep: later(network),
    },
    subnets: {
      list: answer([subnet]),
      show: answer(subnet),
      create: later(subnet),
      put: later(subnet),
      update: later(subnet),
      remove: later(subnet),
    },
    addresses: { list: answer([address]), show: answer(address), history: answer([addressUse]) },
    reservations: {
      reserve: later(reservation),
      update: later(reservation),
      release: later(reservation),
    },
    endpoints: {
      list: answer([endpoint]),
      show: answer(endpoint),
      progress: later({ stage: "northbound" as const, detail: "the port is made" }),
    },
    ports: {
      list: answer([port]),
      show: answer(port),
      create: later(port),
      put: later(port),
      update: later(port),
      remove: later(undefined),
    },
    pools: {
      request: later({ pool: uuidOf("e"), cidr: "10.1.0.0/24", gateway: "10.1.0.1" }),
      release: later(undefined),
    },
    poolAddresses: { request: later({ address: "10.1.0.7/24" }), release: later(undefined) },
    foreignPools: { report: later(undefined) },
    dockerNetworks: {
      create: later(network),
      describe: later(network),
      requestHostAccess: later(undefined),
      delete: later(undefined),
    },
    dockerEndpoints: {
      create: later(dockerEndpoint),
      show: answer(dockerEndpoint),
      describe: later(endpoint),
      publish: later(undefined),
      delete: later(undefined),
      purge: later(undefined),
    },
    claims: { claim: later({ troubles: [] }) },
    mirrors: { report: later(undefined) },
  };
  const changed = Object.entries(useCases).map(([noun, own]) => {
    const change = changes[noun as keyof Changes];
    return [noun, { ...own, ...change }] as const;
  });
  const { hostStates = useCases.hostStates } = changes;
  return { center: { ...Object.fromEntries(changed), hostStates } as unknown as Center, contexts };
}

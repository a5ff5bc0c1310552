import type { Mutant } from "./mutant.ts";

const compiled = "packages/fairway/test/compile/northbound/security-group.test.ts";
const chassis = "packages/fairway/test/control/groups-on-chassis.test.ts";
const noun = "packages/fairway/test/center/security-groups/security-groups.test.ts";
const text = "packages/fairway/test/group-rules.test.ts";
const rows = "packages/fairway/src/compile/northbound/security-group.ts";
const membership = "packages/fairway/src/intent/security-groups.ts";

/** What members of security groups get and send. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "what no rule allows is dropped",
    file: rows,
    from: "    needed.ingress,\n    rest.ingress,\n",
    to: "    needed.ingress,\n",
    test: compiled,
  },
  {
    breaks: "what denies counts more than what allows",
    file: rows,
    from: "allow: 1_100, deny: 1_200",
    to: "allow: 1_200, deny: 1_100",
    test: compiled,
  },
  {
    breaks: "what is sent is limited by rules that allow it alone",
    file: rows,
    from: 'direction === "egress" && action === "allow"',
    to: 'direction === "egress"',
    test: compiled,
  },
  {
    breaks: "an organization's rules name what is its own",
    file: membership,
    from: "own === undefined || organization === own;",
    to: "true;",
    test: compiled,
  },
  {
    breaks: "an endpoint in a group that is not there has no port",
    file: "packages/fairway/src/intent/endpoint-port.ts",
    from: " && missing.length === 0",
    to: "",
    test: compiled,
  },
  {
    breaks: "a member keeps to its own addresses",
    file: "packages/fairway/src/compile/northbound/endpoint.ts",
    from: 'groups.length > 0 ? "strict" : portSecurityOf(network)',
    to: "portSecurityOf(network)",
    test: compiled,
  },
  {
    breaks: "nothing passes untracked where somebody is in a group",
    file: "packages/fairway/src/compile/northbound/gateway-host.ts",
    from: "isFiltered(view, network) || hasMembers(view, network._uuid)",
    to: "isFiltered(view, network)",
    test: chassis,
  },
  {
    breaks: "what a group lets its member send, its domain may deny",
    file: "packages/fairway/src/compile/northbound/zone-policy.ts",
    from: "      options: afterGroups,\n",
    to: "",
    test: chassis,
    title: "S01 S02",
  },
  {
    breaks: "a label lets in where the group says so alone",
    file: membership,
    from: "organization === null && group?.joinable_by_label === true",
    to: "group",
    test: noun,
  },
  {
    breaks: "a group with members stays",
    file: "packages/fairway/src/center/security-groups/security-groups.ts",
    from: 'if (names.length > 0) throw inUseBy(`group ${row.name}`, "member", names.sort(), "remove");',
    to: "",
    test: noun,
  },
  {
    breaks: "a group that is not there is refused",
    file: "packages/fairway/src/center/security-groups/memberships.ts",
    from: "  if (wrong !== undefined) throw noGroup(view, network, wrong);\n",
    to: "",
    test: noun,
  },
  {
    breaks: "a label of the image has no power",
    file: "packages/fairway/src/docker/labelled-groups.ts",
    from: "  if (Object.hasOwn(ofImage, groupsOption)) return [];\n",
    to: "",
    test: "packages/fairway/test/docker/labelled-groups.test.ts",
  },
  {
    breaks: "ports are of TCP and UDP alone",
    file: "packages/fairway/src/group-rules.ts",
    from: '  if (ports.length > 0 && protocol !== "tcp" && protocol !== "udp") return undefined;\n',
    to: "",
    test: text,
  },
  {
    breaks: "a container that was put into a group is in it again when it is started again",
    file: "packages/fairway/src/center/docker/docker-endpoints.ts",
    from: "      settleGroups(draft, known);\n",
    to: "",
    test: "packages/fairway/test/center/containers/container-groups.test.ts",
  },
];

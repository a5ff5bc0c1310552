import type { Dialect, DialectOption } from "./dialect.ts";

const ignored = (name: string, why: string): DialectOption => ({ name, ignored: () => why });

/**
 * vlcp-docker-plugin: options are parameters of VLCP's `createlogicalnetwork`, and behind `subnet:` of `createsubnet`. Those that say something are
 * Fairway's own (docs/vlcp.md); the others VLCP kept too, and they may be anything.
 */
export const vlcp: Dialect = {
  needed: {
    name: "physicalnetwork",
    how: "driver vlcp needs -o physicalnetwork=NAME, and `fairway physical-network ls` lists the names; `--driver fairway` makes networks without one",
  },
  options: [
    ignored("id", "Docker's name of the network is its name"),
    { name: "subnet:cidr", refused: "give the subnet by --subnet" },
    { name: "subnet:gateway", refused: "give the gateway by --gateway" },
    ignored("subnet:id", "subnets have UUIDs of their own"),
    ignored("subnet:isexternal", "`fairway router gateway set` says by which network routers leave"),
    ignored("subnet:pre_host_config", "each host's address on the network is Fairway's to choose"),
    ignored("dns_nameservers", "containers have the name servers that Docker gives them (--dns)"),
    ignored("subnet:dns_nameservers", "containers have the name servers that Docker gives them (--dns)"),
    ignored("subnet:domain_name", "containers have the search domains that Docker gives them (--dns-search)"),
    ignored("subnet:ntp_servers", "containers ask no DHCP server"),
    ignored("subnet:lease_time", "containers ask no DHCP server"),
    ignored("subnet:extra_dhcp_options", "containers ask no DHCP server"),
  ],
};

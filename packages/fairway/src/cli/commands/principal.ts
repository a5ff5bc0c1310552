import { type Command, Option } from "commander";
import type { NewPrincipal, Principal } from "../../center/schemas/principal.ts";
import type { Ask } from "../ask.ts";
import { parseLifetime } from "../duration.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";

const roles = ["admin", "member", "viewer"] as const;

interface CreateFlags {
  readonly role: (typeof roles)[number];
  readonly organization: string;
  readonly expires?: number;
}

/** Adds `fairway principal`. */
export function addPrincipalCommands(program: Command, ask: Ask, lists: ListCommands): void {
  const principal = program
    .command("principal")
    .description("create, list and remove those who may use the API from any machine, by a token");
  principal
    .command("create")
    .argument("<name>", "how the log calls whoever uses the token, e.g. ci or ann@example.org")
    .description("create a principal, and print its token, which nothing shows again")
    .addOption(
      new Option(
        "--role <role>",
        "what it may do: read (viewer), also change networks (member), or everything (admin)",
      )
        .choices(roles)
        .makeOptionMandatory(),
    )
    .option(
      "--organization <organization>",
      "the organization whose objects it sees and changes, or all",
      "all",
    )
    .option(
      "--expires <time>",
      "after how long the token expires: seconds, or e.g. 12h, 30d; by default it does not",
      parseLifetime,
    )
    .addHelpText("after", "\nExample:\n  sudo fairway principal create ci --role viewer --expires 30d")
    .action((name: string, { role, organization, expires }: CreateFlags) =>
      ask(
        (client) =>
          client.createPrincipal({
            name,
            role,
            organization: organization === "all" ? null : organization,
            lifetime: expires ?? null,
          }),
        renderCreated,
      ),
    );
  lists.add(principal.command("ls").description("list the principals, without their tokens"), {
    lists: [principals],
    nouns: ["principal"],
  });
  principal
    .command("update")
    .argument("<principal>", "the principal's name")
    .description("change what a principal may, or until when; its token stays")
    .addOption(new Option("--role <role>", "what it may do").choices(roles))
    .option("--organization <organization>", "the organization whose objects it sees and changes, or all")
    .option(
      "--expires <time>",
      "after how long from now its token expires: seconds, or e.g. 12h, 30d",
      parseLifetime,
    )
    .addHelpText("after", "\nExample:\n  sudo fairway principal update ci --role member --expires 30d")
    .action((name: string, { role, organization, expires }: Partial<CreateFlags>) =>
      ask(
        (client) =>
          client.updatePrincipal(
            { name },
            {
              role,
              ...(organization !== undefined && {
                organization: organization === "all" ? null : organization,
              }),
              lifetime: expires,
            },
          ),
        (changed) =>
          `${changed.name} is ${changed.role} of ${organizationOf(changed)}; its token expires ${expiryOf(changed)}`,
      ),
    );
  principal
    .command("rm")
    .argument("<principal>", "the principal's name")
    .description("remove a principal; its token is rejected immediately")
    .action((name: string) =>
      ask(
        (client) => client.removePrincipal({ name }),
        () => `removed ${name}`,
      ),
    );
}

function renderCreated({ token, api, authority, ...principal }: NewPrincipal): string {
  const { name, role } = principal;
  return [
    `Principal ${name}, ${role} of ${organizationOf(principal)}; its token, which expires ${expiryOf(principal)}, is not shown again:`,
    "",
    `  ${token}`,
    "",
    "On another machine, write the certificate of the center's authority to ca.pem, and use both:",
    "",
    authority.trimEnd(),
    "",
    `  curl --cacert ca.pem --header "Authorization: Bearer ${token}" ${api}/v1/networks`,
  ].join("\n");
}

const principals = listOf<Principal, unknown>(
  {
    columns: [
      { title: "NAME", cell: ({ name }) => name },
      { title: "ROLE", cell: ({ role }) => role },
      { title: "ORGANIZATION", cell: organizationOf },
      { title: "STATE", cell: ({ state }) => state },
      { title: "EXPIRES", cell: expiryOf },
    ],
    name: ({ name }) => name,
  },
  (client) => Array.fromAsync(client.each("listPrincipals")),
);

function organizationOf({ organization }: Pick<Principal, "organization">): string {
  return organization ?? "all";
}

function expiryOf({ expires }: Pick<Principal, "expires">): string {
  return expires === null ? "never" : `${expires.slice(0, 16).replace("T", " ")} UTC`;
}

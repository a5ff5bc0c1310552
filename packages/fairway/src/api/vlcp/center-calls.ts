import { readFile, stat } from "node:fs/promises";
import { FairwayError, messageOf } from "../../errors.ts";
import { isPrincipalToken } from "../../principal-token.ts";
import { ApiClient } from "../client.ts";
import type { Target } from "../connection.ts";
import type { Answer } from "./call.ts";
import { callOf } from "./calls.ts";

interface CenterCallsOptions {
  /** This host's own way to its center, with its certificate. */
  readonly api: Pick<ApiClient, "callVlcp">;
  readonly target: Target;
  /** The file with the token of a principal that makes the calls; absent: the host makes them, which reads and changes nothing for others. */
  readonly tokenFile?: string | undefined;
}

/** Of a file, the permissions of its group and of others. */
const notRoots = 0o077;

/** Answers VLCP's calls on a host by its center on another machine: in the name of a principal, by whose role they are allowed. */
export class CenterCalls implements AsyncDisposable {
  readonly #options: CenterCallsOptions;
  #client: { readonly token: string; readonly api: ApiClient } | undefined;

  constructor(options: CenterCallsOptions) {
    this.#options = options;
  }

  readonly answer: Answer = async (name, parameters, { request, signal }) => {
    // What is no call at all is told here.
    callOf(name);
    const [target, call] = name.split("/") as ["viperflow" | "vrouterapi", string];
    const { tokenFile } = this.#options;
    const api = tokenFile === undefined ? this.#options.api : this.#clientFor(await tokenIn(tokenFile));
    try {
      return (await api.callVlcp({ target, call }, { ...parameters }, { request, signal })).result;
    } catch (error) {
      if (!(error instanceof FairwayError) || error.code !== "forbidden" || tokenFile !== undefined)
        throw error;
      throw new FairwayError(
        "forbidden",
        `${error.message}; for calls that change something make a principal on the center, and name the file with its token as \`api.vlcpToken\``,
        { cause: error },
      );
    }
  };

  /** Another token is another one's connections. */
  #clientFor(token: string): ApiClient {
    if (this.#client?.token !== token) {
      void this.#client?.api[Symbol.asyncDispose]().catch(() => undefined);
      this.#client = { token, api: new ApiClient({ ...this.#options.target, token }) };
    }
    return this.#client.api;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.api[Symbol.asyncDispose]();
  }
}

/** The token in a file that root alone reads; it is read for each call, so that another one counts at once. Throws `forbidden`, without a word of the token. */
async function tokenIn(file: string): Promise<string> {
  const { mode, uid } = await readable(file, () => stat(file));
  if ((mode & notRoots) !== 0 || uid !== process.getuid?.())
    throw new FairwayError(
      "forbidden",
      `others than root may use ${file}, which holds a token: chown root ${file}; chmod 600 ${file}`,
    );
  const token = (await readable(file, () => readFile(file, "utf8"))).trim();
  if (isPrincipalToken(token)) return token;
  throw new FairwayError(
    "forbidden",
    `${file} holds no token of a principal: fwp_ and 43 characters, as \`fairway principal create\` prints it on the center`,
  );
}

async function readable<Content>(file: string, read: () => Promise<Content>): Promise<Content> {
  try {
    return await read();
  } catch (cause) {
    throw new FairwayError("forbidden", `the token in ${file} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}

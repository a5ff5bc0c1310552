import { FairwayError, messageOf } from "../../errors.ts";
import { livingProcess } from "../../host/pid-file.ts";
import type { Logger } from "../../logger.ts";
import {
  type NicMove,
  type NicRecord,
  nicFile,
  nicPidFile,
  readNicRecord,
  readNicRecords,
  removeNicRecord,
  wantedMove,
  writeNicRecord,
} from "./nic-record.ts";

/** The command that does what a NIC's record says. */
export const nicCommand = "move-nic";

/** Starts that command for a file, as a process that outlives this one; resolves when it has ended. */
export type StartNicMove = (file: string) => Promise<void>;

export interface TakenNicsParts {
  /** Where the records are. */
  readonly directory: string;
  readonly start: StartNicMove;
  /** A move's process has ended. @param isComplete whether the move has, too, or was broken off. */
  readonly onEnd: (isComplete: boolean) => void;
  readonly logger: Logger;
}

/**
 * The NICs of this host whose addresses a bridge of ours has. A process of its own moves them, which also takes the way back: this one may end at any
 * moment, and that one too, for then this one begins it anew.
 */
export class TakenNics {
  readonly #parts: TakenNicsParts;
  /** Files whose process was started here and has not ended. */
  readonly #moving = new Set<string>();
  /** Files whose process ended in the middle: it is not started anew at once. */
  readonly #broken = new Set<string>();

  constructor(parts: TakenNicsParts) {
    this.#parts = parts;
  }

  /** All that is known of NICs that are taken, or were. */
  list(): Promise<readonly NicRecord[]> {
    const { directory, logger } = this.#parts;
    return readNicRecords(directory, (file, error) =>
      logger.error({ file, error: messageOf(error) }, "nobody can read what is known of a NIC"),
    );
  }

  /**
   * Has the host's addresses on a bridge, where they are not.
   * @returns "unfinished" while that goes on; `onEnd` is called then.
   * @throws `conflict` with the reason where it was undone.
   */
  async take(
    move: NicMove,
    { hasAddresses, isInBridge }: { readonly hasAddresses: boolean; readonly isInBridge: boolean },
  ): Promise<"unfinished" | void> {
    const file = nicFile(this.#parts.directory, move.nic);
    const record = await readNicRecord(file);
    if (record === undefined && !hasAddresses) return;
    if (await this.#isMoving(file)) return "unfinished";
    if (record?.state === "undone")
      throw new FairwayError(
        "conflict",
        `interface ${move.nic} keeps its addresses: ${record.reason}; to try again, remove the physical port and create it anew`,
      );
    if (record?.state === "taken" && isInBridge && !hasAddresses) return;
    if (this.#broken.delete(file))
      throw new FairwayError(
        "unavailable",
        `moving the addresses of interface ${move.nic} was interrupted; it is taken up again`,
      );
    if (record?.state !== "moving") await writeNicRecord(file, wantedMove(move, record));
    this.#start(file);
    return "unfinished";
  }

  /** Gives a NIC back what it had. @returns "unfinished" while that goes on. */
  async giveBack(record: NicRecord): Promise<"unfinished" | void> {
    const file = nicFile(this.#parts.directory, record.nic);
    if (await this.#isMoving(file)) return "unfinished";
    const now = await readNicRecord(file);
    if (now === undefined) return;
    if (now.state === "undone") return removeNicRecord(file);
    if (this.#broken.delete(file)) return "unfinished";
    if (now.state !== "returning") await writeNicRecord(file, { ...now, state: "returning" });
    this.#start(file);
    return "unfinished";
  }

  /** Whether a process is at it: also one that a former agent started. */
  async #isMoving(file: string): Promise<boolean> {
    if (this.#moving.has(file)) return true;
    const isMeant = (words: readonly string[]) => words.includes(nicCommand) && words.includes(file);
    return (await livingProcess(nicPidFile(file), isMeant)) !== undefined;
  }

  #start(file: string): void {
    const { start, onEnd, logger } = this.#parts;
    this.#moving.add(file);
    const end = (isComplete: boolean) => {
      if (!isComplete) this.#broken.add(file);
      this.#moving.delete(file);
      onEnd(isComplete);
    };
    start(file)
      .then(() => isOver(file))
      .then(end, (error: unknown) => {
        logger.error({ file, error: messageOf(error) }, "a NIC is not moved");
        end(false);
      });
  }
}

/** Whether a move has come to its end, one way or the other. */
async function isOver(file: string): Promise<boolean> {
  const record = await readNicRecord(file);
  return record === undefined || record.state === "taken" || record.state === "undone";
}

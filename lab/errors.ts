/** What went wrong in the lab; tests branch on it, people read the message. */
export type LabErrorCode =
  | "command-failed"
  | "timeout"
  | "unknown-variant"
  | "no-mirror"
  | "lab-exists"
  | "no-such-lab"
  | "no-such-host"
  | "machine-is-off"
  | "boot-failed"
  | "invalid";

export class LabError extends Error {
  override readonly name = "LabError";
  readonly code: LabErrorCode;

  constructor(code: LabErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

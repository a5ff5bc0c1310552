/** How a change is to be made. */
export interface Manner {
  /** The answer is as if the change had been made; it is not. */
  readonly isDry?: boolean;
  /** The revisions of which the object must have one; undefined: any will do. */
  readonly revisions?: readonly string[] | undefined;
}

/** Ends the program with status 1 and no further word: what is wrong has been printed already. */
export class Failed extends Error {
  override readonly name = "Failed";
}

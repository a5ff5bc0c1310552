/** A text as roff takes it (groff_char(7)): nothing of it is a request or an escape. */
export function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("`", "\\(ga")
    .replaceAll("'", "\\(aq")
    .replaceAll(/[^\n -~]/gu, (character) => `\\[u${hex(character)}]`)
    .replaceAll(/^\./gm, "\\&.");
}

/** A word in bold. */
export function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`;
}

/** A place for a word of the reader's. */
export function italic(text: string): string {
  return `\\fI${roff(text)}\\fR`;
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

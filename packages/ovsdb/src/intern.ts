/** A dictionary, so that the engine makes no shape for each of its keys. */
const names: Record<string, true> = Object.create(null);

/**
 * Makes a string the same object as every other one that has its text and came by here. A UUID stands in many rows, and a server sends it each
 * time. V8 has one string alone of each text that was a property's name, for as long as anybody holds it, and after the next garbage collection
 * whoever holds another one of that text holds this one: so nothing is kept here.
 */
export function intern(text: string): string {
  names[text] = true;
  delete names[text];
  return text;
}

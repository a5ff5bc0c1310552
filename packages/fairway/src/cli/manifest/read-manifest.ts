import { type Document, LineCounter, type Node, parseAllDocuments } from "yaml";
import { z } from "zod";
import { check, fieldOf } from "../../check.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import { type Content, type Kind, keyOfContent, kindNames, kinds, titleOf } from "./kinds.ts";

/** A document of a manifest, and where it stands. */
export interface PlacedDocument<K extends Kind = Kind> {
  readonly content: Content<K>;
  /** `net.yaml:7: document 2 (network blue)`. */
  readonly place: string;
}

/** A file's name and text. */
export interface ManifestFile {
  readonly file: string;
  readonly text: string;
}

/** Something of a file that may be a document, before it is known whether it is one. */
interface Raw {
  readonly value: unknown;
  readonly file: string;
  /** Of the document in its file, from 1. */
  readonly number: number;
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}

const envelope = z.looseObject({ kind: z.enum(kindNames as [Kind, ...Kind[]]) });

/**
 * Reads the documents of manifests, in YAML or JSON; a list stands for its items. Throws `invalid` with a line for each fault, which names file, line, document
 * and field.
 */
export function readManifests(files: readonly ManifestFile[]): readonly PlacedDocument[] {
  const faults: string[] = [];
  const documents: PlacedDocument[] = [];
  const seen = new Map<string, string>();
  for (const raw of files.flatMap((each) => documentsOf(each, faults))) {
    const read = readDocument(raw);
    if ("faults" in read) {
      faults.push(...read.faults);
      continue;
    }
    const key = keyOfContent(read.content);
    const other = seen.get(key);
    if (other !== undefined) faults.push(`${read.place}: is there already, at ${other}; say it once`);
    seen.set(key, read.place);
    documents.push(read);
  }
  if (faults.length > 0) throw new FairwayError("invalid", faults.join("\n"));
  if (documents.length === 0)
    throw new FairwayError("invalid", `${files.map(({ file }) => file).join(", ")}: no document is there`);
  return documents;
}

function readDocument({ value, file, number, lineOf }: Raw): PlacedDocument | { readonly faults: string[] } {
  const at = (line: number, title = "") => `${file}:${line}: document ${number}${title}`;
  const kindOf = check(envelope, value);
  if (!kindOf.ok)
    return { faults: kindOf.faults.map(({ path, message }) => `${at(lineOf(path))}: ${message}`) };
  const { kind, ...fields } = kindOf.value;
  const checked = check(kinds[kind], fields);
  const name = "name" in fields && typeof fields["name"] === "string" ? ` ${fields["name"]}` : "";
  if (!checked.ok)
    return {
      faults: checked.faults.map((fault) => {
        const path = fault.unknownKey === undefined ? fault.path : [...fault.path, fault.unknownKey];
        const field = fieldOf(fault);
        const said = fault.message.includes(field) ? fault.message : `${field}: ${fault.message}`;
        return `${at(lineOf(path), ` (${kind}${name})`)}: ${said}`;
      }),
    };
  const content = { kind, ...checked.value } as Content;
  return { content, place: at(lineOf([]), ` (${titleOf(content)})`) };
}

function documentsOf({ file, text }: ManifestFile, faults: string[]): readonly Raw[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const documents: readonly Document[] = Array.isArray(parsed) ? (parsed as readonly Document[]) : [];
  let number = 0;
  return documents.flatMap((document) => {
    const lineAt = (offset: number) => lines.linePos(offset).line;
    const [broken] = document.errors;
    if (broken !== undefined) {
      faults.push(`${file}:${lineAt(broken.pos[0])}: not YAML: ${broken.message}`);
      return [];
    }
    const content = contentOf(document, file, faults);
    const raw = (value: unknown, before: readonly PropertyKey[]): Raw => ({
      value,
      file,
      number: ++number,
      lineOf: (path) => lineAt(offsetOf(document, [...before, ...path])),
    });
    if (Array.isArray(content)) return content.map((value, at) => raw(value, [at]));
    // Between two `---`, or in an empty file.
    return content === null || content === undefined ? [] : [raw(content, [])];
  });
}

function contentOf(document: Document, file: string, faults: string[]): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // Aliases that would make much of little, for one.
    faults.push(`${file}: not YAML that can be read: ${messageOf(error)}`);
    return undefined;
  }
}

/** Of a value, or of the nearest part around it that is there. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range != null) return node.range[0];
  }
  return 0;
}

import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import ts from "typescript";
import { describeApi } from "../../fairway/src/api/openapi.ts";
import { type Operation, registry } from "../../fairway/src/api/registry.ts";
import { isStream } from "../../fairway/src/api/routes/route.ts";
import type { CallShape } from "../src/shapes.ts";

/** What of this package follows from the API's registry of routes: the text of each file below `src/generated`. */
export async function generated(): Promise<Readonly<Record<string, string>>> {
  return { "openapi.ts": await types(), "shapes.ts": shapes() };
}

/** The document that anybody may ask the center for. */
export function apiDocument(): string {
  return JSON.stringify(describeApi(registry, "0.0.0"));
}

/** Made by a generator from npm. */
async function types(): Promise<string> {
  const document = apiDocument();
  const options = { rootTypes: true, rootTypesNoSchemaPrefix: true, defaultNonNullable: false };
  const tree = ts.transform(await openapiTS(document, options), [withUndefined]).transformed;
  return `${COMMENT_HEADER}${astToString(tree)}`;
}

/** What may be absent may be `undefined`, too: JSON does not tell them apart, and `exactOptionalPropertyTypes` would. */
const withUndefined: ts.TransformerFactory<ts.Node> = (context) => (node) => {
  const visit = (each: ts.Node): ts.Node => {
    const seen = ts.visitEachChild(each, visit, context);
    if (!ts.isPropertySignature(seen) || seen.questionToken === undefined || seen.type === undefined)
      return seen;
    const { modifiers, name, questionToken, type } = seen;
    const parts = ts.isUnionTypeNode(type) ? type.types : [type];
    const undefinedType = context.factory.createKeywordTypeNode(ts.SyntaxKind.UndefinedKeyword);
    const either = context.factory.createUnionTypeNode([...parts, undefinedType]);
    const signature = context.factory.createPropertySignature(modifiers, name, questionToken, either);
    return ts.setEmitFlags(ts.setSyntheticLeadingComments(signature, commentsOf(seen)), ts.EmitFlags.None);
  };
  return visit(node);
};

function commentsOf(node: ts.Node): ts.SynthesizedComment[] | undefined {
  return ts.getSyntheticLeadingComments(node);
}

function shapes(): string {
  const rows = registry.map((route) => `  ${JSON.stringify(shapeOf(route))},\n`);
  return `import type { CallShape } from "../shapes.ts";

/** The shape of each operation's call. */
export const callShapes: readonly CallShape[] = [
${rows.join("")}];
`;
}

function shapeOf(route: Operation): CallShape {
  return {
    operation: route.operation,
    method: route.method,
    url: route.url,
    query: Object.keys(route.query?.shape ?? {}),
    hasParameters: route.params !== undefined || route.query !== undefined,
    hasBody: route.body !== undefined,
    stream: isStream(route) ? (route.format ?? "lines") : null,
  };
}

import { parseArgs } from "node:util";
import { makeDebianPackage } from "./debian-package.ts";

const { values } = parseArgs({ options: { architecture: { type: "string", default: "amd64" } } });
const { architecture } = values;
if (architecture !== "amd64" && architecture !== "arm64") {
  console.error(`There is no package for "${architecture}": amd64 or arm64.`);
  process.exit(1);
}
console.log(await makeDebianPackage({ architecture }));

import { join } from "node:path";
import { checkout, makeBundle, sourceDate } from "./bundle.ts";
import { writeManPages } from "./man-pages.ts";

const { directory, version } = await makeBundle();
await writeManPages(join(checkout, "dist/man"), { version, date: await sourceDate() });
console.log(`${directory}: Fairway ${version}`);

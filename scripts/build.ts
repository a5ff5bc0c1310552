import { makeBundle } from "./bundle.ts";

const { directory, version } = await makeBundle();
console.log(`${directory}: Fairway ${version}`);

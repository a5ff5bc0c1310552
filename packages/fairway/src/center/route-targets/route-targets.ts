import { saidRouteTargets } from "../../intent/route-target-text.ts";
import type { View } from "../../intent/view.ts";
import { mayReadAll } from "../access/access.ts";
import type { Context } from "../context.ts";
import { isNamed, pageOf } from "../page.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { PageWish } from "../schemas/page.ts";
import type { RouteTarget } from "../schemas/route-target.ts";

/** Which route targets. */
interface RouteTargetFilter extends PageWish {
  readonly target?: string | undefined;
}

/** Route targets: there is one for as long as a network has it. */
export class RouteTargets {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  /** The route targets that the filter lets through, each with the networks that import and export it. */
  list({ target: pattern, ...page }: RouteTargetFilter, context: Context): readonly RouteTarget[] {
    mayReadAll(context.caller);
    const said = Array.from(this.#view.rows("Network"), (row) => ({
      name: row.name,
      ...saidRouteTargets(row),
    }));
    const ways = said.flatMap(({ name, imports, exports }) => [
      ...imports.map((target) => ({ target, name, way: "imports" as const })),
      ...exports.map((target) => ({ target, name, way: "exports" as const })),
    ]);
    const byTarget = Map.groupBy(ways, ({ target }) => target);
    const rows = Array.from(byTarget, ([target, those]) => ({ target, those })).filter(({ target }) =>
      isNamed(target, pattern),
    );
    return pageOf(rows, page, {
      key: keyInList.routeTarget,
      view: ({ target, those }) => {
        const names = (way: "imports" | "exports") =>
          those.flatMap((each) => (each.way === way ? each.name : [])).sort();
        return { target, importedBy: names("imports"), exportedBy: names("exports") };
      },
    });
  }
}

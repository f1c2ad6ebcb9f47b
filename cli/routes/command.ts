import { type Application, openapi, type Route } from "../../server/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { CommandError } from "../errors/errors.ts";
import { writeOut } from "../io/output.ts";
import { applicationOf } from "../loading/application_of.ts";
import { parseEntry } from "../loading/entry.ts";
import type { RoutesOption } from "../specs/routes.ts";

export async function run(parsed: ParsedArgs<RoutesOption>): Promise<number> {
  const app = await applicationOf(parseEntry(parsed.positionals[0]), parsed);
  await writeOut(parsed.has("openapi") ? documentOf(app) : tableOf(app));
  return 0;
}

function documentOf(app: Application): string {
  try {
    return `${JSON.stringify(openapi(app), null, 2)}\n`;
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new CommandError(cause.message, { cause });
  }
}

function tableOf(app: Application): string {
  const rows = [["METHODS", "PATH", "NAME", "TAKES", "REPLIES"]];
  for (const { canonical, routes } of app.router.resources()) {
    if (routes === undefined) rows.push(["*", canonical, "(its own)"]);
    // GET and the HEAD that comes with it are one line.
    for (const group of Map.groupBy(routes ?? [], (each) => each.handler).values()) {
      for (const same of Map.groupBy(group, (each) => each.resource).values()) {
        rows.push(rowOf(same));
      }
    }
  }
  const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    `${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ").trimEnd()}\n`
  ).join("");
}

function rowOf(routes: readonly Route[]): string[] {
  const [first] = routes;
  const { response = {}, status: _, ...parts } = first?.operation?.schemas ?? {};
  const methods = routes.flatMap((each) =>
    each.method === "*" ? each.operation?.methods ?? ["*"] : [each.method]
  );
  return [
    methods.join(),
    first?.resource.canonical ?? "",
    first?.resource.name ?? "",
    Object.keys(parts).join(),
    Object.keys(response).join(),
  ];
}

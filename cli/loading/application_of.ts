import { Application, route, type ServeInfo, type ServerRequest } from "../../server/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { UsageError } from "../errors/errors.ts";
import type { Entry } from "./entry.ts";
import { importEntry } from "./import_entry.ts";
import { useOwnModules } from "./own_modules.ts";

/** An object with `fetch`, such as a Hono app or a default export for `deno serve`. */
interface Fetcher {
  fetch(request: Request, info: ServeInfo): Response | Promise<Response>;
}

/** The application that a module exports, or that its function makes of the words after it. */
export async function applicationOf(
  entry: Entry,
  { positionals: [word], rest }: ParsedArgs,
): Promise<Application> {
  useOwnModules();
  const value = await importEntry(entry);
  if (isClass(value)) {
    const made = `export default new ${value.name || "Application"}()`;
    throw new UsageError(`${word} is a class, and an Application was expected: ${made}`);
  }
  const made = typeof value === "function" ? await value([...rest]) : await value;
  if (made instanceof Application) return made;
  if (isFetcher(made)) {
    const app = new Application({ clientMaxSize: 0 });
    app.addRoutes([
      route("*", "/{path:.*}", (request) => made.fetch(request.raw, infoOf(request))),
    ]);
    return app;
  }
  const what = made === null ? "null" : typeof made;
  const how = typeof value === "function" ? `the function ${word} returned` : `${word} is`;
  throw new UsageError(
    `${how} ${/^[aeiou]/.test(what) ? "an" : "a"} ${what}, and an Application was expected, an ` +
      `object with fetch(request), or a function that returns one of them`,
  );
}

function isClass(value: unknown): value is { readonly name: string } {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

function isFetcher(value: unknown): value is Fetcher {
  return typeof value === "object" && value !== null && "fetch" in value &&
    typeof value.fetch === "function";
}

function infoOf(request: ServerRequest): ServeInfo {
  return { remoteAddr: { hostname: request.remote ?? "", port: 0, transport: "tcp" } } as ServeInfo;
}

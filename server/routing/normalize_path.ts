import { OptionTable } from "../../http/options.ts";
import { HTTPClientError, HTTPPermanentRedirect } from "../exceptions/replies.ts";
import type { HTTPException } from "../exceptions/http_exception.ts";
import type { Handler, Middleware } from "../request/middleware.ts";
import { decodePath } from "./path_template.ts";
import type { ServerRequest } from "../request/request.ts";
import type { Router } from "./router.ts";

/** Options of {@linkcode normalizePathMiddleware}. */
export interface NormalizePathOptions {
  /** Whether to try the path with a trailing `/`. @default {true, false with removeSlash} */
  readonly appendSlash?: boolean;
  /** Whether to try the path without a trailing `/`. @default {false} */
  readonly removeSlash?: boolean;
  /** Whether to try the path with repeated `/` merged. @default {true} */
  readonly mergeSlashes?: boolean;
  /** Class of the redirect to throw. @default {HTTPPermanentRedirect} */
  readonly redirectClass?: new (location: string) => HTTPException;
}

const NORMALIZE_PATH_OPTIONS = new OptionTable<NormalizePathOptions>({
  appendSlash: "true or false",
  removeSlash: "true or false",
  mergeSlashes: "true or false",
  redirectClass: "a function",
});

/**
 * Redirects an unknown path to a similar one that has a handler: slashes merged, then one appended
 * or removed, then both. The query is preserved. aiohttp's `normalize_path_middleware`.
 * @throws {TypeError} If slashes are to be both appended and removed.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application({ middlewares: [web.normalizePathMiddleware()] });
 * app.addRoutes([web.get("/news/", () => web.textResponse("news"))]);
 * const response = await app.request("//news?page=2");
 * console.assert(response.headers.get("location") === "/news/?page=2");
 * ```
 */
export function normalizePathMiddleware(options: NormalizePathOptions = {}): Middleware {
  NORMALIZE_PATH_OPTIONS.check("web.normalizePathMiddleware()", options);
  const { removeSlash = false, mergeSlashes = true, redirectClass = HTTPPermanentRedirect } =
    options;
  const appendSlash = options.appendSlash ?? !removeSlash;
  if (appendSlash && removeSlash) {
    throw new TypeError("Cannot normalize paths: slashes are either appended or removed");
  }
  const otherSlash = (path: string): string | null => {
    if (path.endsWith("/")) return removeSlash ? path.slice(0, -1) : null;
    return appendSlash ? `${path}/` : null;
  };
  return async function normalizePath(request: ServerRequest, handler: Handler) {
    try {
      return await handler(request);
    } catch (error) {
      if (!(error instanceof HTTPClientError && /^40[45]$/.test(`${error.status}`))) throw error;
      const raw = request.rawPath;
      // A 404 thrown by a handler is intended: only unknown paths are looked up again.
      if (exists(request, raw)) throw error;
      const candidates = mergeSlashes ? [merge(raw)] : [];
      const other = otherSlash(raw);
      if (other !== null) candidates.push(other, ...mergeSlashes ? [merge(other)] : []);
      for (const candidate of candidates) {
        // "//evil.com" would be a redirect to another host (GHSA-v6wp-4m6f-gcjg).
        const path = candidate.replace(/^\/{2,}/, "/");
        if (path === raw || path === "" || !exists(request, path)) continue;
        const query = request.queryString;
        throw new redirectClass(query === "" ? path : `${path}?${query}`);
      }
      throw error;
    }
  };
}

function exists(request: ServerRequest, path: string): boolean {
  // The outermost application owns all paths; every application has a Router.
  const router = request.apps[0]?.router as Router;
  return router.resolve(request.method, decodePath(path), request.raw.url).route !== null;
}

function merge(path: string): string {
  return path.replaceAll(/\/{2,}/g, "/");
}

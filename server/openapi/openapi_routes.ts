import { OptionTable } from "../../http/options.ts";
import type { Application } from "../application/application.ts";
import { escapeHtml } from "../response/escape_html.ts";
import { jsonResponse } from "../response/response.ts";
import { get, type RouteDef } from "../routes/route_def.ts";
import {
  checkApplication,
  knownOptions,
  openapi,
  OPENAPI_OPTIONS,
  type OpenAPIOptions,
} from "./openapi.ts";

/** Options of {@linkcode openapiRoutes}. */
export interface OpenAPIRoutesOptions extends OpenAPIOptions {
  /** Page that shows the document, `false` for none. @default {"scalar"} */
  readonly ui?: "scalar" | "swagger" | false;
  /** Path of the document. @default {"/openapi.json"} */
  readonly path?: string;
  /** Path of the page. @default {"/docs"} */
  readonly docs?: string;
  /**
   * URL of a folder with the page's script, such as `/assets`: the files of
   * `@scalar/api-reference/dist/browser` or `swagger-ui-dist` in a `web.static()`.
   * @default cdn.jsdelivr.net, from which the reader's browser loads a fixed version
   */
  readonly assets?: string;
}

const OPTIONS = new OptionTable<OpenAPIRoutesOptions>({
  ...OPENAPI_OPTIONS.kinds,
  ui: "a string or a boolean",
  path: "a string",
  docs: "a string",
  assets: "a string",
}, OPENAPI_OPTIONS.remedies);

interface UI {
  readonly cdn: string;
  readonly files: Readonly<Record<string, string>>; // with the hashes of the fixed version
  readonly start: (url: string) => string; // starts it in #app, with the URL of the document
}

const UIS: Readonly<Record<string, UI>> = {
  scalar: {
    cdn: "https://cdn.jsdelivr.net/npm/@scalar/api-reference@1.76.0/dist/browser",
    files: {
      "standalone.js": "oH1C0RwqcwbVXkC+r8A+4qRoyEUQdtxAzOwumkxZtQBBcsy61FOoPt7B50OVJYYQ",
    },
    // It would ask its makers for fonts.
    start: (url) => `Scalar.createApiReference("#app", { url: ${url}, withDefaultFonts: false })`,
  },
  swagger: {
    cdn: "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.35.0",
    files: {
      "swagger-ui.css": "WlYgdmXYOOBWL5apwjDEZwN+U3HmXSSu5R6V5aGxEcf7z+KuRNwBhoxKVN1i3D5I",
      "swagger-ui-bundle.js": "gjRm0bEPMeTmMh5jT2cHccIwCUZSTd8YC+j0d0sXw0MdGEfScduGpSyF3ZSSLkX9",
    },
    start: (url) => `SwaggerUIBundle({ dom_id: "#app", url: ${url} })`,
  },
};

/**
 * Routes for the OpenAPI document of an application and for a page that shows it. The document is
 * made when it is first asked for.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes(web.openapiRoutes(app, { info: { title: "Users", version: "1.0.0" } }));
 * const { info } = await (await app.request("/openapi.json")).json();
 * console.assert(info.title === "Users" && (await app.request("/docs")).status === 200);
 * ```
 */
export function openapiRoutes(app: Application, options: OpenAPIRoutesOptions = {}): RouteDef[] {
  checkApplication("web.openapiRoutes()", app);
  OPTIONS.check("web.openapiRoutes()", options);
  const { ui = "scalar", path = "/openapi.json", docs = "/docs", assets, ...rest } = options;
  const page = ui === false ? null : UIS[ui];
  if (page === undefined) {
    throw new TypeError(`web.openapiRoutes(): "ui" is "scalar", "swagger" or false, got "${ui}"`);
  }
  knownOptions.set(app, rest);
  let text = "";
  const routes: RouteDef[] = [
    get(path, () => {
      text ||= JSON.stringify(openapi(app, rest));
      return jsonResponse(null, { dumps: () => text });
    }, { openapi: false }),
  ];
  if (page !== null) {
    // Relative, for a sub-application and a proxy that strips a prefix.
    const url = "../".repeat(docs.split("/").length - 2) + path.slice(1);
    const html = pageOf(page, rest.info?.title ?? "API", url, assets);
    const headers = { "content-type": "text/html; charset=utf-8" };
    routes.push(get(docs, () => new Response(html, { headers }), { openapi: false }));
  }
  return routes;
}

function pageOf({ cdn, files, start }: UI, title: string, url: string, assets?: string): string {
  const from = escapeHtml((assets ?? cdn).replace(/\/$/, ""));
  const tags = Object.entries(files).map(([name, hash]) => {
    const check = assets === undefined ? ` integrity="sha384-${hash}" crossorigin` : "";
    return name.endsWith(".css")
      ? `<link rel="stylesheet" href="${from}/${name}"${check}>`
      : `<script src="${from}/${name}"${check}></script>`;
  });
  const script = start(JSON.stringify(url).replaceAll("<", "\\u003c"));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<p id="note">This page is drawn by a script from ${from}; the document is at
<a href="${escapeHtml(url)}">${escapeHtml(url)}</a>.</p>
<div id="app"></div>
${tags.join("\n")}
<script>${script}; note.remove();</script>
`;
}

import {
  type ETag,
  get,
  HTTPFound,
  HTTPNotAcceptable,
  HTTPNotFound,
  jsonResponse,
  type RouteDef,
  type ServerRequest,
  textResponse,
} from "../../server/mod.ts";
import FORM from "./form.html" with { type: "text" };
import XML from "./sample_xml.txt" with { type: "text" };
import BYTES from "./images.json" with { type: "json" };
import { VERSION } from "../io/version.ts";
import { bad, headOf } from "./echo.ts";

export function contentRoutes(): RouteDef[] {
  return [
    get("/json", () => jsonResponse({ slideshow: { title: "Sample", slides: [{ n: 1 }] } })),
    get("/html", () => html("<!doctype html><title>Sample</title><h1>Sample</h1>")),
    get("/encoding/utf8", () => textResponse("STARGΛ̊TE SG-1, 你好, Καλημέρα, Ünïcödé, 🦕\n")),
    get("/robots.txt", () => textResponse("User-agent: *\nDisallow: /deny\n")),
    get("/deny", () => textResponse("Not for you\n")),
    get("/uuid", () => jsonResponse({ uuid: crypto.randomUUID() })),
    get("/xml", () => textResponse(XML, { contentType: "application/xml" })),
    get("/forms/post", () => html(FORM)),
    get("/links/{count:\\d+}", (request) => {
      throw new HTTPFound(`/links/${request.matchInfo.count}/0`);
    }),
    get("/links/{count:\\d+}/{at:\\d+}", (request) => {
      const count = Math.min(Math.max(Number(request.matchInfo.count), 1), 200);
      const own = Number(request.matchInfo.at);
      const link = (_: unknown, at: number): string =>
        at === own ? `${at}` : `<a href="/links/${count}/${at}">${at}</a>`;
      const links = Array.from({ length: count }, link);
      return html(`<!doctype html><title>Links</title>${links.join(" ")}`);
    }),
    get("/image", (request) => image(accepted(request.headers.get("accept") ?? ""))),
    get("/image/{kind}", (request) => image(request.matchInfo.kind)),
    get("/base64/{value}", (request) => decoded(request.matchInfo.value)),
    get("/base64/decode/{value}", (request) => decoded(request.matchInfo.value)),
    get("/base64/encode/{value}", (request) => {
      const bytes = new TextEncoder().encode(request.matchInfo.value);
      return plain(btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_"));
    }),
    get("/env", () => jsonResponse({ env: shownEnvironment() })),
    // Clients must not learn the name of this machine.
    get("/hostname", () => jsonResponse({ hostname: "roundtrip" })),
    get("/version", () => jsonResponse({ name: "roundtrip", version: VERSION })),
    get("/etag/{etag}", (request) => {
      const { etag } = request.matchInfo;
      if (/^[\x21\x23-\x7e]+$/.test(etag)) return conditional(request, etag);
      throw bad("an ETag consists of visible ASCII characters without quotes");
    }),
    get("/cache", (request) => {
      const { headers } = request;
      if (headers.has("if-modified-since") || headers.has("if-none-match")) {
        return new Response(null, { status: 304 });
      }
      return jsonResponse(headOf(request), {
        headers: { "last-modified": new Date(0).toUTCString(), "etag": '"cache"' },
      });
    }),
    get("/cache/{seconds:\\d+}", (request) =>
      jsonResponse(headOf(request), {
        headers: { "cache-control": `public, max-age=${request.matchInfo.seconds}` },
      })),
  ];
}

function html(text: string): Response {
  return textResponse(text, { contentType: "text/html" });
}

function conditional(request: ServerRequest, tag: string): Response {
  const { ifMatch, ifNoneMatch } = request;
  const headers = { etag: `"${tag}"` };
  const names = (tags: readonly ETag[]) => tags.some(({ value }) => value === tag || value === "*");
  if (ifNoneMatch !== null && names(ifNoneMatch)) {
    return new Response(null, { status: 304, headers });
  }
  if (ifMatch !== null && !names(ifMatch)) return new Response(null, { status: 412, headers });
  return jsonResponse(headOf(request), { headers });
}

/** Echoes the client's text so that browsers do not render it as a page. */
function plain(body: string | Uint8Array<ArrayBuffer>): Response {
  return new Response(body, {
    headers: { "content-type": "text/plain", "x-content-type-options": "nosniff" },
  });
}

function decoded(value: string): Response {
  try {
    const text = atob(value.replaceAll("-", "+").replaceAll("_", "/"));
    return plain(Uint8Array.from(text, (each) => each.charCodeAt(0)));
  } catch (cause) {
    throw bad("that is not valid base64", cause);
  }
}

/** The image type for an Accept header, chosen like go-httpbin. */
function accepted(accept: string): string {
  const named = ["webp", "svg", "jpeg", "png"].find((kind) => accept.includes(`image/${kind}`));
  if (named !== undefined) return named;
  if (accept === "" || /(?:image|\*)\/\*/.test(accept)) return "png";
  throw new HTTPNotAcceptable({ text: "406: images are image/png, jpeg, webp and svg+xml" });
}

function image(kind: string): Response {
  const found = IMAGES.get(kind);
  if (found === undefined) {
    throw new HTTPNotFound({ text: `404: images are ${[...IMAGES.keys()].join(", ")}` });
  }
  const bytes = Uint8Array.from(atob(found), (each) => each.charCodeAt(0));
  const type = `image/${kind === "svg" ? "svg+xml" : kind}`;
  return new Response(bytes, { headers: { "content-type": type } });
}

/** Variables meant to be shown; others may be secrets. */
function shownEnvironment(): Record<string, string> {
  if (Deno.permissions.querySync({ name: "env" }).state !== "granted") return {};
  const all = Object.entries(Deno.env.toObject());
  return Object.fromEntries(all.filter(([name]) => name.startsWith("HTTPBIN_ENV_")));
}

/** The images, in base64, by their names in paths. */
const IMAGES = new Map(Object.entries(BYTES));

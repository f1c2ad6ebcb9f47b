import { basename, dirname, resolve } from "node:path";
import { digestAuthMiddleware, encodeBasicAuth, FormBody } from "../../client/mod.ts";
import type { ClientResponse, ClientSession, RequestOptions } from "../../client/mod.ts";
import { basicOf } from "../connecting/credentials.ts";
import { headerBytes } from "../connecting/items.ts";
import { parseUrl } from "../connecting/target.ts";
import { unreadable } from "../errors/errors.ts";
import type { BodyPart, Entry } from "./entry.ts";

/** A request whose variables are replaced. */
export interface Ready {
  readonly method: string;
  readonly url: URL;
  readonly headers: [name: string, value: string][];
  readonly body: Uint8Array<ArrayBuffer> | FormBody | null;
}

/** Replaces the variables of an entry, and reads its files, with paths relative to `path`. */
export async function readyEntry(
  entry: Entry,
  path: string,
  replace: (text: string) => string,
): Promise<Ready> {
  const headers = entry.headers.map(([name, value]): [string, string] => [
    replace(name),
    replace(value),
  ]);
  const at = (name: string): number => headers.findIndex(([own]) => own.toLowerCase() === name);
  let text = replace(entry.url);
  // A raw message has the host in a header, and a length that an edited body may not have.
  if (text.startsWith("/")) {
    const [host] = headers.splice(at("host") >>> 0, 1);
    if (host === undefined) {
      throw new SyntaxError(`"${text}" has no host; write http://HOST${text}`);
    }
    text = `${host[1]}${text}`;
  }
  if (at("content-length") !== -1) headers.splice(at("content-length"), 1);
  if (at("transfer-encoding") !== -1) {
    throw new SyntaxError("Transfer-Encoding is set by the client: leave out the header");
  }
  const { url, credentials } = parseUrl(text, "http");
  if (credentials !== null && at("authorization") === -1) {
    headers.push(["Authorization", `Basic ${credentials}`]);
  }
  for (const [name, value] of entry.query) url.searchParams.append(replace(name), replace(value));
  const folder = dirname(path);
  const { form, method } = entry;
  if (form === null) {
    return { method, url, headers, body: await bodyOf(entry.body, folder, replace) };
  }
  const fields = form.fields.map(([name, value]): [string, string] => [
    replace(name),
    replace(value),
  ]);
  if (form.isMultipart) return { method, url, headers, body: await multipartOf(fields, folder) };
  if (at("content-type") === -1) {
    headers.push(["Content-Type", "application/x-www-form-urlencoded"]);
  }
  const body = new TextEncoder().encode(new URLSearchParams(fields).toString());
  return { method, url, headers, body };
}

/** A form by Hurl's rules: the value of a file is `file,NAME;TYPE`. */
async function multipartOf(fields: [string, string][], folder: string): Promise<FormBody> {
  const form = new FormBody([], { defaultToMultipart: true });
  for (const [name, value] of fields) {
    const [, file, type = ""] = /^file,\s*(.*?)\s*;\s*(.*)$/.exec(value) ?? [];
    if (file === undefined) form.addField(name, value);
    else {
      form.addField(name, await readFile(folder, file), {
        filename: basename(file),
        contentType: type === "" ? undefined : type,
      });
    }
  }
  return form;
}

async function bodyOf(
  parts: readonly BodyPart[],
  folder: string,
  replace: (text: string) => string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (parts.length === 0) return null;
  const pieces: (string | Uint8Array<ArrayBuffer>)[] = [];
  for (const part of parts) {
    if ("text" in part) pieces.push(replace(part.text));
    else {
      const bytes = await readFile(folder, replace(part.path));
      pieces.push(part.replaced ? replace(new TextDecoder().decode(bytes)) : bytes);
    }
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

function readFile(folder: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(resolve(folder, path)).catch((cause) => {
    throw unreadable(path, cause);
  });
}

/** Sends a request; editors encode the credentials of `Authorization: Basic USER:PASS`. */
export function sendReady(
  session: ClientSession,
  { method, url, headers, body }: Ready,
  { follow, timeout }: Entry,
  defaults: readonly (readonly [string, string])[],
): Promise<ClientResponse> {
  const options: RequestOptions = {
    allowRedirects: follow,
    ...(timeout === 0 ? {} : { timeout: { total: timeout } }),
    ...(body === null ? {} : { data: body }),
  };
  const sent: [string, string][] = [];
  for (const [name, value] of headers) {
    const [, scheme, user, password] = /^(Basic|Digest)\s+(\S+?)(?::|\s+)(.*)$/i.exec(value) ?? [];
    if (scheme === undefined || name.toLowerCase() !== "authorization") {
      sent.push([name, headerBytes(value)]);
    } else if (/^basic$/i.test(scheme)) {
      sent.push([name, encodeBasicAuth(basicOf(`${user}:${password}`))]);
    } else {
      const digest = digestAuthMiddleware({
        ...basicOf(`${user}:${password}`),
        origin: url.origin,
      });
      Object.assign(options, { middlewares: [digest] });
    }
  }
  const own = new Set(sent.map(([name]) => name.toLowerCase()));
  sent.push(...defaults.filter(([name]) => !own.has(name.toLowerCase())).map(([...each]) => each));
  return session.request(method, url, { ...options, headers: sent });
}

// Requests described as JSON, in go-httpbin's format.
import { HTTPBadRequest, type ServerRequest } from "../../server/mod.ts";

export function bad(reason: string, cause?: unknown): HTTPBadRequest {
  return new HTTPBadRequest({ text: `400: ${reason}`, cause });
}

/** Values by name; repeated names have an array. */
export type Values = Record<string, string | string[]>;

function valuesOf(pairs: Iterable<readonly [string, string]>): Values {
  const values: Values = Object.create(null);
  for (const [name, value] of pairs) {
    const before = values[name];
    if (Array.isArray(before)) before.push(value);
    else values[name] = before === undefined ? value : [before, value];
  }
  return values;
}

/** The address of this server, as the client wrote it. */
export function originOf({ scheme, host }: ServerRequest): string {
  return `${scheme}://${host}`;
}

export function headOf(request: ServerRequest): Record<string, unknown> {
  return {
    args: valuesOf(request.query),
    headers: headersOf(request),
    method: request.method,
    origin: request.remote ?? "",
    url: `${originOf(request)}${request.raw.url.replace(/^\w+:\/\/[^/?#]*/, "")}`,
  };
}

/** Headers with names in title case. */
export function headersOf(request: ServerRequest): Values {
  return valuesOf(
    [...request.headers].map(([name, value]) => [
      name.replaceAll(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase()),
      value,
    ]),
  );
}

/** Describes a request with its body: text, JSON, form fields and files. */
export async function bodyOf(request: ServerRequest): Promise<Record<string, unknown>> {
  const type = request.headers.get("content-type") ?? "";
  const mime = type.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const isCompressed = request.headers.has("content-encoding"); // has no parts to be found
  if (
    (mime === "multipart/form-data" && !isCompressed) ||
    mime === "application/x-www-form-urlencoded"
  ) {
    const files: [string, string][] = [];
    const form: [string, string][] = [];
    for (const [name, value] of await request.post()) {
      if (typeof value === "string") form.push([name, value]);
      else files.push([name, textOf(await value.bytes(), value.contentType)]);
    }
    const pairs = { files: valuesOf(files), form: valuesOf(form) };
    return { ...headOf(request), data: "", ...pairs, json: null };
  }
  const bytes = await request.read();
  const data = textOf(bytes, mime === "" ? "application/octet-stream" : mime);
  return { ...headOf(request), data, files: {}, form: {}, json: jsonOf(bytes, mime) };
}

function jsonOf(bytes: Uint8Array, mime: string): unknown {
  if (!/^[\w.-]+\/(?:[\w.-]+\+)?json$/.test(mime) || bytes.length === 0) return null;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null; // `data` shows the text
  }
}

/** Returns text unchanged, other bytes as a data URL. */
function textOf(bytes: Uint8Array, type: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    return `data:${type};base64,${base64}`;
  }
}

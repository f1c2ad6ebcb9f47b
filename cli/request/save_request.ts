import { basename, dirname, relative, resolve } from "node:path";
import type { Auth } from "../connecting/credentials.ts";
import { badArgument, messageOf } from "../errors/errors.ts";
import type { Part, Plan, PlannedBody } from "./plan.ts";

const BOUNDARY = "----roundtrip-form";

/**
 * Appends a request to a `.http` file, for `roundtrip run`. Passwords and tokens become variables.
 * @param isRedirected Whether the reply was a redirect that was not followed.
 */
export async function saveRequest(
  path: string,
  plan: Plan,
  auth: Auth | null,
  isRedirected: boolean,
): Promise<void> {
  const text = requestText(dirname(path), plan, auth, isRedirected);
  try {
    const size = (await Deno.stat(path).catch(() => null))?.size ?? 0;
    await Deno.writeTextFile(path, size === 0 ? text : `\n${text}`, { append: true });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw badArgument("save", `cannot write ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** Refuses what a `.http` file cannot hold, before anything is sent. */
export function checkSaved(path: string, { body }: Plan): void {
  if (path.endsWith(".hurl")) throw badArgument("save", "it writes .http files, not Hurl's");
  const text = body === null ? "" : inlineText(body);
  if (text === null) {
    throw badArgument("save", "a body from standard input is not text; send a file, @FILE");
  }
  const line = /^(?:###|\?\?|>|<).*/m.exec(text)?.[0];
  if (line !== undefined) {
    const shown = line.slice(0, 40);
    throw badArgument("save", `a line of the body, "${shown}", has a meaning there; send @FILE`);
  }
}

function requestText(
  folder: string,
  plan: Plan,
  auth: Auth | null,
  isRedirected: boolean,
): string {
  const { method, url, headers, defaults, body } = plan;
  const lines = [`### ${method} ${url.pathname}`];
  if (isRedirected) lines.push("# @no-redirect");
  lines.push(`${method} ${url.href}`);
  for (const [name, value] of headers) {
    const isOwn = defaults.has(name.toLowerCase()) && /^(?:user-agent|accept)/i.test(name);
    if (!isOwn) lines.push(`${name}: ${value}`);
  }
  if (auth?.type === "bearer") lines.push("Authorization: Bearer {{token}}");
  else if (auth !== null) {
    const [user = ""] = auth.value.split(":", 1);
    lines.push(
      `Authorization: ${auth.type === "digest" ? "Digest" : "Basic"} ${user}:{{password}}`,
    );
  }
  if (body?.kind === "multipart") {
    lines.push(`Content-Type: multipart/form-data; boundary=${BOUNDARY}`, "");
    for (const part of body.parts) lines.push(`--${BOUNDARY}`, ...partLines(folder, part));
    lines.push(`--${BOUNDARY}--`);
  } else if (body?.kind === "file") lines.push("", fileLine(folder, body.path));
  else if (body !== null) lines.push("", inlineText(body) ?? "");
  return `${lines.join("\n").trimEnd()}\n`;
}

/** Includes a file; paths are relative to the folder of the `.http` file. */
function fileLine(folder: string, path: string): string {
  const own = relative(resolve(folder), resolve(path));
  return `< ${own.startsWith(".") ? own : `./${own}`}`;
}

function partLines(folder: string, part: Part): string[] {
  const quoted = (text: string): string => `"${text.replaceAll('"', "%22")}"`;
  const head = `Content-Disposition: form-data; name=${quoted(part.name)}`;
  if ("value" in part) return [head, "", part.value];
  const type = part.type === null ? [] : [`Content-Type: ${part.type}`];
  const name = quoted(part.filename ?? basename(part.path));
  return [`${head}; filename=${name}`, ...type, "", fileLine(folder, part.path)];
}

/** The text of a body that stands in the file itself, `null` if it is not text. */
function inlineText(body: PlannedBody): string | null {
  if (body.kind === "text") return body.text;
  if (body.kind !== "piped") {
    return body.kind === "file"
      ? ""
      : body.parts.map((each) => "value" in each ? each.value : "").join("\n");
  }
  if (!(body.data instanceof Uint8Array)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body.data);
  } catch {
    return null;
  }
}

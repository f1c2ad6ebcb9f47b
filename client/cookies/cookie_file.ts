import { nodeFs, nodeUrl } from "../../http/node_modules.ts";
import { messageOf } from "../../http/as_error.ts";
import { hasControl } from "../../http/headers/header_text.ts";
import type { JarCookie } from "./abstract_cookie_jar.ts";

const VERSION = 1;

/** The fields of a cookie; characters that would end a field or the header are not allowed. */
const FIELDS: Readonly<Record<string, RegExp | "boolean">> = {
  name: /^[^\s;=\u0100-\uffff]+$/,
  value: /^[^;\u0100-\uffff]*$/,
  domain: /^[^\s;/]*$/,
  hostOnly: "boolean",
  path: /^\/[^;]*$/,
  expires: /^[+-]?\d{4,6}-[\d:.T-]+Z$/,
  secure: "boolean",
  httpOnly: "boolean",
  sameSite: /^(?:strict|lax|none)$/,
  partitioned: "boolean",
};
const NULLABLE = ["expires", "sameSite"];

/** Writes cookies to a file of mode 0600, which is replaced atomically or not at all. */
export async function saveCookies(
  path: string | URL,
  cookies: readonly JarCookie[],
): Promise<void> {
  const target = pathOf(path);
  const draft = `${target}.${crypto.randomUUID()}`;
  const text = JSON.stringify({ version: VERSION, cookies }, null, 1);
  try {
    const file = await nodeFs().promises.open(draft, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync(); // rename() may reach the disk before the bytes do
    } finally {
      await file.close();
    }
    await nodeFs().promises.rename(draft, target);
  } catch (error) {
    await nodeFs().promises.unlink(draft).catch(() => {}); // it may not exist
    throw error;
  }
}

/** Reads cookies from a file and validates every field. */
export async function loadCookies(path: string | URL): Promise<JarCookie[]> {
  const source = pathOf(path);
  const text = await nodeFs().promises.readFile(source, "utf8");
  try {
    const file = record(JSON.parse(text), "the file");
    if (file["version"] !== VERSION) throw new TypeError("its version is not 1");
    if (!Array.isArray(file["cookies"])) throw new TypeError("it has no list of cookies");
    return file["cookies"].map(cookieOf);
  } catch (cause) {
    throw new SyntaxError(`Cannot load cookies from "${source}": ${messageOf(cause)}`, { cause });
  }
}

function pathOf(path: string | URL): string {
  return typeof path === "string" ? path : nodeUrl().fileURLToPath(path);
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new TypeError(`${what} is not an object`);
}

function cookieOf(value: unknown, at: number): JarCookie {
  const what = `cookie ${at}`;
  const given = { partitioned: false, ...record(value, what) };
  const fields = Object.entries(FIELDS).map(([name, form]): [string, unknown] => {
    const field: unknown = given[name as keyof typeof given];
    const date = name === "expires" && field !== null ? new Date(`${field}`) : null;
    const fits = typeof field === "string" && form instanceof RegExp
      ? form.test(field) && !hasControl(field) && !Number.isNaN(date?.getTime())
      : typeof field === form || (field === null && NULLABLE.includes(name));
    if (!fits) throw new TypeError(`${what} has no valid ${name}`);
    return [name, date ?? field];
  });
  return Object.fromEntries(fields) as unknown as JarCookie; // each field was checked
}

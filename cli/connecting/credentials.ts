import { bearerAuthMiddleware, ClientSession, digestAuthMiddleware } from "../../client/mod.ts";
import type { ClientMiddleware } from "../../client/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { badArgument, UsageError } from "../errors/errors.ts";
import { askSecret } from "../io/ask_secret.ts";

export type Auth = { readonly type: string; readonly value: string };

/** Reads the credentials, or asks for the password; `null` leaves it to the session's `.netrc`. */
export async function authOf(
  parsed: ParsedArgs,
  { url, credentials }: { readonly url: URL; readonly credentials: string | null },
): Promise<Auth | null> {
  const type = parsed.value("auth-type") ?? "basic";
  const token = parsed.value("bearer");
  if (token !== undefined) {
    if (!parsed.has("auth-type") || type === "bearer") return { type: "bearer", value: token };
    throw new UsageError(`--bearer and --auth-type ${type} exclude each other`);
  }
  const value = parsed.value("auth") ?? credentials;
  if (value === null) {
    if (!parsed.has("auth-type")) return null;
    const found = parsed.has("ignore-netrc") ? null : await fromNetrc(url);
    if (found !== null) return { type, value: type === "bearer" ? basicOf(found).password : found };
    throw new UsageError(`--auth-type needs --auth, or a line for ${url.hostname} in .netrc`);
  }
  if (type === "bearer" || value.includes(":")) return { type, value };
  // The command line can be read by every user of the machine, and is kept in the shell's history.
  const password = askSecret(parsed, `Password for ${value}: `);
  if (password === null) {
    throw badArgument("auth", `"${value}" has no password; expected USER:PASS`);
  }
  return { type, value: `${value}:${password}` };
}

/** `user:password` of a host in `.netrc`, read by a session. */
async function fromNetrc(url: URL): Promise<string | null> {
  let header: string | null = null;
  const fetch = (request: Request): Response => {
    header = request.headers.get("authorization");
    return new Response();
  };
  await using session = new ClientSession({ app: { fetch }, trustEnv: true });
  await session.head(new URL("/", url));
  const [, base64] = /^Basic (.+)$/.exec(header ?? "") ?? [];
  if (base64 === undefined) return null;
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (each) => each.charCodeAt(0)));
}

export function basicOf(value: string): { login: string; password: string } {
  const colon = value.indexOf(":");
  return { login: value.slice(0, colon), password: value.slice(colon + 1) };
}

/** Middlewares that send the credentials, to the origin of the URL only. */
export function middlewaresOf(auth: Auth | null, url: URL): ClientMiddleware[] {
  const { origin } = url;
  if (auth?.type === "bearer") {
    return [bearerAuthMiddleware({ getToken: () => auth.value, origin })];
  }
  return auth?.type === "digest" ? [digestAuthMiddleware({ ...basicOf(auth.value), origin })] : [];
}

import type { ParsedArgs } from "../args/parse_args.ts";
import type { RequestOption } from "../specs/request.ts";
import { verifyOf } from "../connecting/certificates.ts";
import type { Auth } from "../connecting/credentials.ts";
import { savesBody } from "../output/parts.ts";
import { addressesOf } from "../connecting/connection.ts";
import { shellWord } from "../io/shell_word.ts";
import type { Plan, PlannedBody } from "./plan.ts";

/** Options with the same value as one of curl's. */
const SAME: readonly (readonly [own: RequestOption, curls: string])[] = [
  ["timeout", "--max-time"],
  ["unix-socket", "--unix-socket"],
  ["cert", "--cert"],
  ["cert-key", "--key"],
  ["cert-key-pass", "--pass"],
  ["retry", "--retry"],
  ["connect-timeout", "--connect-timeout"],
  ["interface", "--interface"],
  ["max-redirects", "--max-redirs"],
];

/** Writes a request as a curl command, quoted for a shell. */
export function curlCommand(
  plan: Plan,
  parsed: ParsedArgs<RequestOption>,
  auth: Auth | null,
): string {
  const { method, url, body } = plan;
  const saves = savesBody(parsed);
  const words = ["curl"];
  if (method === "HEAD") words.push("-I");
  else if (method !== (body === null ? "GET" : "POST")) words.push("-X", method);
  // curl expands {a,b} and [1-3] to several URLs, except in an IPv6 address.
  if (/[[\]{}]/.test(url.pathname + url.search)) words.push("-g");
  words.push(url.href, ...headerWords(plan), ...authWords(auth));
  if (body !== null) words.push(...bodyWords(body));
  if (parsed.has("follow") || saves) words.push("-L");
  const verify = verifyOf(parsed);
  if (verify === false) words.push("-k");
  else if (typeof verify === "string") words.push("--cacert", verify);
  for (const [own, curls] of SAME) {
    const value = parsed.value(own);
    if (value !== undefined) words.push(curls, value);
  }
  for (const each of parsed.all("proxy")) {
    words.push("--proxy", each.replace(/^(?:https?|all):(?!\/\/)/, ""));
  }
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  for (const [where, address] of addressesOf(parsed.all("resolve"))) {
    words.push("--resolve", `${where.replace(/\*$/, port)}:${address}`);
  }
  if (parsed.has("ipv4")) words.push("-4");
  if (parsed.has("ipv6")) words.push("-6");
  if (parsed.has("continue")) words.push("-C", "-");
  const output = parsed.value("output");
  if (saves) words.push(...output === undefined ? ["-O"] : ["-o", output]);
  return words.map(shellWord).join(" ");
}

function headerWords({ headers, without }: Plan): string[] {
  // With --compressed curl sends its own headers and decodes the response.
  const own = headers.filter(([name, value]) =>
    !(/^(?:user-agent|accept-encoding)$/i.test(name) &&
      /^(?:roundtrip\/|gzip, deflate, br)/.test(value)) &&
    !(name.toLowerCase() === "accept" && value === "*/*")
  );
  return [
    ...own.flatMap(([name, value]) => ["-H", value === "" ? `${name};` : `${name}: ${value}`]),
    ...[...without].flatMap((name) => ["-H", `${name}:`]),
  ];
}

function authWords(auth: Auth | null): string[] {
  if (auth === null) return [];
  if (auth.type === "bearer") return ["-H", `Authorization: Bearer ${auth.value}`];
  return [...auth.type === "digest" ? ["--digest"] : [], "-u", auth.value];
}

function bodyWords(body: PlannedBody): string[] {
  if (body.kind === "text") return ["--data-raw", body.text];
  if (body.kind === "file") return ["--data-binary", `@${body.path}`];
  if (body.kind === "piped") return ["--data-binary", "@-"];
  return body.parts.flatMap((part) => {
    if ("value" in part) return ["--form-string", `${part.name}=${part.value}`];
    const type = part.type === null ? "" : `;type=${part.type}`;
    const name = part.filename === null
      ? ""
      : `;filename="${part.filename.replaceAll(/["\\]/g, "\\$&")}"`;
    return ["-F", `${part.name}=@${part.path}${type}${name}`];
  });
}

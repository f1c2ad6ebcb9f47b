import type { ParsedArgs } from "../args/parse_args.ts";
import type { RequestOption } from "../specs/request.ts";
import { verifyOf } from "../connecting/certificates.ts";
import type { Auth } from "../connecting/credentials.ts";
import { savesBody } from "../output/parts.ts";
import { addressesOf } from "../connecting/connection.ts";
import { shellWord } from "../io/shell_word.ts";
import type { Plan } from "./plan.ts";

/** Writes a request as a curl command, quoted for a shell. */
export function curlCommand(
  plan: Plan,
  parsed: ParsedArgs<RequestOption>,
  auth: Auth | null,
): string {
  const { body } = plan;
  const saves = savesBody(parsed);
  const output = saves ? parsed.value("output") ?? "" : null;
  const words = ["curl"];
  if (plan.method === "HEAD") words.push("-I");
  else if (plan.method !== (body === null ? "GET" : "POST")) words.push("-X", plan.method);
  // curl expands {a,b} and [1-3] to several URLs, except in an IPv6 address.
  if (/[[\]{}]/.test(plan.url.pathname + plan.url.search)) words.push("-g");
  words.push(plan.url.href);
  for (const [name, value] of plan.headers) {
    // With --compressed curl sends its own header and decodes the response.
    if (
      /^(?:user-agent|accept-encoding)$/i.test(name) &&
      /^(?:roundtrip\/|gzip, deflate, br)/.test(value)
    ) {
      continue;
    }
    if (name.toLowerCase() === "accept" && value === "*/*") continue;
    words.push("-H", value === "" ? `${name};` : `${name}: ${value}`);
  }
  for (const name of plan.without) words.push("-H", `${name}:`);
  if (auth?.type === "bearer") words.push("-H", `Authorization: Bearer ${auth.value}`);
  else if (auth !== null) {
    if (auth.type === "digest") words.push("--digest");
    words.push("-u", auth.value);
  }
  if (body?.kind === "text") words.push("--data-raw", body.text);
  if (body?.kind === "file") words.push("--data-binary", `@${body.path}`);
  if (body?.kind === "piped") words.push("--data-binary", "@-");
  if (body?.kind === "multipart") {
    for (const part of body.parts) {
      if ("value" in part) words.push("--form-string", `${part.name}=${part.value}`);
      else {
        const type = part.type === null ? "" : `;type=${part.type}`;
        const name = part.filename === null
          ? ""
          : `;filename="${part.filename.replaceAll(/["\\]/g, "\\$&")}"`;
        words.push("-F", `${part.name}=@${part.path}${type}${name}`);
      }
    }
  }
  if (parsed.has("follow") || saves) words.push("-L");
  const verify = verifyOf(parsed);
  if (verify === false) words.push("-k");
  const add = (own: RequestOption, name: string): void => {
    const value = parsed.value(own);
    if (value !== undefined) words.push(name, value);
  };
  const timeout = parsed.number("timeout", { fraction: true });
  if (timeout !== undefined) words.push("--max-time", `${timeout}`);
  add("unix-socket", "--unix-socket");
  if (typeof verify === "string") words.push("--cacert", verify);
  add("cert", "--cert");
  add("cert-key", "--key");
  add("cert-key-pass", "--pass");
  add("retry", "--retry");
  add("connect-timeout", "--connect-timeout");
  add("interface", "--interface");
  add("max-redirects", "--max-redirs");
  for (const each of parsed.all("proxy")) {
    words.push("--proxy", each.replace(/^(?:https?|all):(?!\/\/)/, ""));
  }
  const port = plan.url.port || (plan.url.protocol === "https:" ? "443" : "80");
  for (const [where, address] of addressesOf(parsed.all("resolve"))) {
    words.push("--resolve", `${where.replace(/\*$/, port)}:${address}`);
  }
  if (parsed.has("ipv4")) words.push("-4");
  if (parsed.has("ipv6")) words.push("-6");
  if (parsed.has("continue")) words.push("-C", "-");
  if (output !== null) words.push(...output === "" ? ["-O"] : ["-o", output]);
  if (!parsed.has("curl-long")) return words.map(shellWord).join(" ");
  // Puts each option with its value on its own line.
  const lines = words.map((word) => LONG[word] ?? word);
  return lines.map((word, at) => {
    const isOption = words[at]?.startsWith("-") && !VALUED.has(words[at - 1] ?? "");
    return `${at === 0 ? "" : isOption ? " \\\n  " : " "}${shellWord(word)}`;
  }).join("");
}

const LONG: Readonly<Record<string, string>> = {
  "-I": "--head",
  "-X": "--request",
  "-H": "--header",
  "-u": "--user",
  "-F": "--form",
  "-L": "--location",
  "-k": "--insecure",
  "-O": "--remote-name",
  "-o": "--output",
  "-C": "--continue-at",
  "-g": "--globoff",
  "-4": "--ipv4",
  "-6": "--ipv6",
};

const VALUED = new Set([
  ...["-X", "-H", "-u", "-F", "-o", "-C"],
  ...["--data-raw", "--data-binary", "--form-string"],
]);

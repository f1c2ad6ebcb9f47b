/**
 * Writing a request as a curl command.
 * @module
 */
import { shellWord } from "../io/shell_word.ts";
import type { Plan } from "./plan.ts";

/** Options besides the plan. */
export interface CurlExtras {
  /** `user:password`, `null` for none. */
  readonly auth: { readonly type: string; readonly value: string } | null;
  /** Whether redirects are followed. */
  readonly follow: boolean;
  /** Whether certificates are not verified. */
  readonly insecure: boolean;
  /** Limit in seconds, `null` for none. */
  readonly timeout: number | null;
  /** Path of a unix socket, `null` for none. */
  readonly unixSocket: string | null;
  /** Whether to use long options. */
  readonly long: boolean;
  /** Further words: proxies, certificates, limits. */
  readonly more: readonly string[];
  /** File to save the body to, `""` for the URL's name, `null` for standard output. */
  readonly output: string | null;
  /** Whether to resume a download. */
  readonly resume: boolean;
}

/** Writes a request as a curl command, quoted for a shell. */
export function curlCommand(plan: Plan, extras: CurlExtras): string {
  const { body } = plan;
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
  if (extras.auth !== null) {
    if (extras.auth.type === "bearer") {
      words.push("-H", `Authorization: Bearer ${extras.auth.value}`);
    } else {words.push(
        ...extras.auth.type === "digest" ? ["--digest"] : [],
        "-u",
        extras.auth.value,
      );}
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
  if (extras.follow) words.push("-L");
  if (extras.insecure) words.push("-k");
  if (extras.timeout !== null) words.push("--max-time", `${extras.timeout}`);
  if (extras.unixSocket !== null) words.push("--unix-socket", extras.unixSocket);
  words.push(...extras.more);
  if (extras.resume) words.push("-C", "-");
  if (extras.output !== null) words.push(...extras.output === "" ? ["-O"] : ["-o", extras.output]);
  if (!extras.long) return words.map(shellWord).join(" ");
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

/**
 * Options for the curl command.
 * @module
 */
import type { ParsedArgs } from "../args/parse_args.ts";
import type { RequestOption } from "../specs/request.ts";
import { verifyOf } from "../connecting/certificates.ts";
import type { Auth } from "../connecting/credentials.ts";
import { savesBody } from "../output/parts.ts";
import { addressesOf } from "./connection.ts";
import type { curlCommand } from "./curl.ts";

/**
 * Collects the options of a curl command besides the request.
 *
 * @param parsed Options.
 * @param auth Credentials, `null` for none.
 * @param url The URL.
 */
export function curlExtras(
  parsed: ParsedArgs<RequestOption>,
  auth: Auth | null,
  url: URL,
): Parameters<typeof curlCommand>[1] {
  const output = parsed.value("output");
  const saves = savesBody(parsed);
  return {
    auth,
    follow: parsed.has("follow") || saves,
    insecure: verifyOf(parsed) === false,
    timeout: parsed.number("timeout", { fraction: true }) ?? null,
    unixSocket: parsed.value("unix-socket") ?? null,
    more: curlWords(parsed, url),
    long: parsed.has("curl-long"),
    output: saves ? output ?? "" : null,
    resume: parsed.has("continue"),
  };
}

/** Options with the same meaning in curl. */
function curlWords(parsed: ParsedArgs<RequestOption>, url: URL): string[] {
  const words: string[] = [];
  const verify = verifyOf(parsed);
  if (typeof verify === "string") words.push("--cacert", verify);
  for (
    const [own, name] of [
      ["cert", "--cert"],
      ["cert-key", "--key"],
      ["cert-key-pass", "--pass"],
      ["retry", "--retry"],
      [
        "connect-timeout",
        "--connect-timeout",
      ],
      ["interface", "--interface"],
      ["max-redirects", "--max-redirs"],
    ] as const
  ) {
    const value = parsed.value(own);
    if (value !== undefined) words.push(name, value);
  }
  for (const each of parsed.all("proxy")) {
    words.push("--proxy", each.replace(/^(?:https?|all):(?!\/\/)/, ""));
  }
  for (const [where, address] of addressesOf(parsed.all("resolve"))) {
    const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
    words.push("--resolve", `${where.replace(/\*$/, port)}:${address}`);
  }
  if (parsed.has("ipv4")) words.push("-4");
  if (parsed.has("ipv6")) words.push("-6");
  return words;
}

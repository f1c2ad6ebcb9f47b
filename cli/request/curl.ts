import type { ParsedArgs } from "../args/parse_args.ts";
import type { RequestOption } from "../specs/request.ts";
import { addressesOf } from "../connecting/connection.ts";
import { verifyOf } from "../connecting/certificates.ts";
import type { Auth } from "../connecting/credentials.ts";
import { savesBody } from "../output/parts.ts";
import { shellWord } from "../io/shell_word.ts";
import type { Plan, PlannedBody } from "./plan.ts";

/** Options with the same value as one of curl's. */
const SAME: readonly (readonly [own: RequestOption, name: string])[] = [
  ["timeout", "--max-time"],
  ["unix-socket", "--unix-socket"],
  ["cert", "--cert"],
  ["cert-key", "--key"],
  ["cert-key-pass", "--pass"],
  ["retry", "--retry"],
  ["connect-timeout", "--connect-timeout"],
  ["max-redirects", "--max-redirs"],
];

/** Writes a request as a curl command, quoted for a shell; long options are on lines of their own. */
export function curlCommand(
  plan: Plan,
  parsed: ParsedArgs<RequestOption>,
  auth: Auth | null,
): string {
  const { method, url, body } = plan;
  const options: string[][] = [["curl"]];
  if (method === "HEAD") options.push(["-I --head"]);
  else if (method !== (body === null ? "GET" : "POST")) options.push(["-X --request", method]);
  // curl expands {a,b} and [1-3] to several URLs, except in an IPv6 address.
  if (/[[\]{}]/.test(url.pathname + url.search)) options.push(["-g --globoff"]);
  options.at(-1)?.push(url.href);
  options.push(...headerOptions(plan, auth));
  if (body !== null) options.push(...bodyOptions(body));
  options.push(...connectionOptions(url, parsed));
  const isLong = parsed.has("curl-long");
  return options.map(([names = "", ...values]) => {
    const [short = "", long = short] = names.split(" ");
    return [isLong ? long : short, ...values].map(shellWord).join(" ");
  }).join(isLong ? " \\\n  " : " ");
}

function headerOptions({ headers, without }: Plan, auth: Auth | null): string[][] {
  const options: string[][] = [];
  for (const [name, value] of headers) {
    // With --compressed curl sends its own header and decodes the response.
    const isDefault = /^(?:user-agent|accept-encoding)$/i.test(name) &&
      /^(?:roundtrip\/|gzip, deflate, br)/.test(value);
    if (isDefault || (name.toLowerCase() === "accept" && value === "*/*")) continue;
    options.push(["-H --header", value === "" ? `${name};` : `${name}: ${value}`]);
  }
  for (const name of without) options.push(["-H --header", `${name}:`]);
  if (auth?.type === "bearer") options.push(["-H --header", `Authorization: Bearer ${auth.value}`]);
  if (auth?.type === "digest") options.push(["--digest"]);
  if (auth !== null && auth.type !== "bearer") options.push(["-u --user", auth.value]);
  return options;
}

function bodyOptions(body: PlannedBody): string[][] {
  if (body.kind === "text") return [["--data-raw", body.text]];
  if (body.kind === "file") return [["--data-binary", `@${body.path}`]];
  if (body.kind === "piped") return [["--data-binary", "@-"]];
  return body.parts.map((part) => {
    if ("value" in part) return ["--form-string", `${part.name}=${part.value}`];
    const type = part.type === null ? "" : `;type=${part.type}`;
    const name = part.filename === null
      ? ""
      : `;filename="${part.filename.replaceAll(/["\\]/g, "\\$&")}"`;
    return ["-F --form", `${part.name}=@${part.path}${type}${name}`];
  });
}

function connectionOptions(url: URL, parsed: ParsedArgs<RequestOption>): string[][] {
  const options: string[][] = [];
  const saves = savesBody(parsed);
  if (parsed.has("follow") || saves) options.push(["-L --location"]);
  const verify = verifyOf(parsed);
  if (verify === false) options.push(["-k --insecure"]);
  else if (typeof verify === "string") options.push(["--cacert", verify]);
  parsed.number("timeout", { fraction: true }); // refused here, as it is when sending
  for (const [own, name] of SAME) {
    const value = parsed.value(own);
    if (value !== undefined) options.push([name, value]);
  }
  for (const each of parsed.all("proxy")) {
    options.push(["--proxy", each.replace(/^(?:https?|all):(?!\/\/)/, "")]);
  }
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  for (const [where, address] of addressesOf(parsed.all("resolve"))) {
    options.push(["--resolve", `${where.replace(/\*$/, port)}:${address}`]);
  }
  if (parsed.has("ipv4")) options.push(["-4 --ipv4"]);
  if (parsed.has("ipv6")) options.push(["-6 --ipv6"]);
  if (parsed.has("continue")) options.push(["-C --continue-at", "-"]);
  const output = parsed.value("output");
  if (saves) options.push(output === undefined ? ["-O --remote-name"] : ["-o --output", output]);
  return options;
}

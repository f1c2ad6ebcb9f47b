import { answerHealth, listenOptions, serve } from "../listening/listen.ts";
import { openBrowser } from "../io/open_browser.ts";
import { writeErr, writeOut } from "../io/output.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { FilesOption } from "../specs/files.ts";
import { filesApplication } from "./application.ts";
import { filesOptions } from "./options.ts";

export async function run(parsed: ParsedArgs<FilesOption>): Promise<number> {
  const options = listenOptions(parsed, "sockets");
  const hostnames = [options.host ?? "localhost"].flat();
  const settings = await filesOptions(parsed, hostnames);
  const app = filesApplication(settings);
  answerHealth(app, parsed);
  if (
    hostnames.some((each) => /^(?:0\.0\.0\.0|::)$/.test(each)) && settings.accounts.length === 0
  ) {
    const what = parsed.has("upload") ? "read and upload files" : "read these files";
    await writeErr(
      `roundtrip files: warning: everyone on the network can ${what}; ` +
        `--auth USER:PASS asks for credentials\n`,
    );
  }
  const made = parsed.has("tls")
    ? await (await import("../listening/self_signed.ts")).selfSigned([
      ...hostnames,
      ...hostnames.flatMap((each) => networkUrls(`//${each}`).map((url) => url.slice(2))),
    ])
    : null;
  const print = async (text: string): Promise<void> => {
    const below = settings.prefix === "" ? "" : `${settings.prefix}/`;
    const full = text.replaceAll(/https?:[^\s,]+/g, (bare) => `${bare}${below}`);
    const [url = "", ...others] = full.match(/https?:[^\s,]+/g) ?? [];
    const urls = [url, ...others].flatMap(networkUrls);
    const more = urls.map((each) => `  also ${each}\n`).join("");
    await writeOut(`${full.replace("\n", `\n${more}`)}\n`);
    if (made !== null) {
      await writeOut(
        `certificate made for this run, SHA-256 ${made.fingerprint}\n` +
          `  curl -k --pinnedpubkey sha256//${made.pin} ${url}\n`,
      );
    }
    if (parsed.has("open")) await openBrowser(url);
    // A folder shared with the network is usually opened on a phone.
    if (parsed.has("qr") || (urls.length > 0 && Deno.stdout.isTerminal())) {
      const { renderUnicodeCompact } = await import("uqr");
      await writeOut(`${renderUnicodeCompact(urls[0] ?? url, { border: 2 })}\n`);
    }
  };
  const stop = new AbortController();
  let failure: unknown = null;
  const all = {
    ...options,
    ...(made === null ? {} : { cert: made.cert, key: made.key }),
    signal: stop.signal,
    print: (text: string) =>
      void print(text).catch((error) => {
        failure = error;
        stop.abort();
      }),
  };
  await serve(app, all);
  if (failure !== null) throw failure;
  return 0;
}

/** The addresses of this machine, if the server listens on all of them. */
function networkUrls(url: string): string[] {
  if (!/:\/\/(?:0\.0\.0\.0|\[::\])/.test(url)) return [];
  try {
    return Deno.networkInterfaces()
      .filter(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
      .map(({ address }) => url.replace(/0\.0\.0\.0|\[::\]/, address));
  } catch {
    return []; // not available without --allow-sys
  }
}

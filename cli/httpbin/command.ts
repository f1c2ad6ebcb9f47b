import { listenOptions, serve } from "../listening/listen.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { HttpbinOption } from "../specs/httpbin.ts";
import { httpbinApplication } from "./application.ts";

export async function run(parsed: ParsedArgs<HttpbinOption>): Promise<number> {
  const options = listenOptions(parsed, "sockets");
  const app = httpbinApplication({ redirectTo: parsed.all("redirect-to") });
  await serve(app, options);
  return 0;
}

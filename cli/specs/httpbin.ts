// Options of `roundtrip httpbin`.
import { command, LISTEN_OPTIONS, option, type OptionName, TLS_OPTIONS } from "./command_spec.ts";

export const httpbin = command({
  name: "httpbin",
  summary: "a server for testing clients, offline",
  usage: "httpbin [OPTIONS]",
  description: [
    "Serves go-httpbin's routes locally: /get, /post, /anything, /status/{code}, " +
    "/delay/{seconds}, /stream/{n}, /redirect/{n}, /cookies, /basic-auth/{user}/{password}, /gzip, " +
    "/sse, /websocket/echo and more. The page / lists them.",
    "Bodies are limited to 1 MiB and replies to 10 seconds; /redirect-to accepts paths of this " +
    "server and the hosts named by --redirect-to.",
  ],
  options: [
    ...LISTEN_OPTIONS,
    option("--redirect-to HOST", "host that /redirect-to may redirect to", { repeat: true }),
    option("--access-log", "one line for each request"),
    ...TLS_OPTIONS,
  ],
  examples: [
    ["roundtrip httpbin &", "start it"],
    ["roundtrip :8080/anything name=Ada age:=36", "send it a request"],
  ],
  positionals: 0,
  environment: true,
  completes: "nothing",
});

export type HttpbinOption = OptionName<typeof httpbin>;

import { command, LISTEN_OPTIONS, option, type OptionName, TLS_OPTIONS } from "./command_spec.ts";

export const httpbin = command({
  name: "httpbin",
  summary: "a server for testing clients, offline",
  usage: "httpbin [OPTIONS]",
  options: [
    ...LISTEN_OPTIONS,
    option("--redirect-to HOST...", "host that /redirect-to may redirect to"),
    option("--access-log", "one line for each request"),
    ...TLS_OPTIONS,
  ],
  positionals: 0,
  environment: true,
  completes: "nothing",
});

export type HttpbinOption = OptionName<typeof httpbin>;

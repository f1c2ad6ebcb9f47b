// Request options known from other programs.
import { more, option, type OptionSpec } from "./command_spec.ts";
import REFUSED from "./refused.json" with { type: "json" };

/** Aliases for curl's options, except for letters that HTTPie uses otherwise: -d -F -I -c. */
export const CURL_OPTIONS = [
  more("-X, --request METHOD", "method, as in curl"),
  more("--data TEXT", "--raw, as in curl", { alias: ["raw"] }),
  more("-u, --user USER:PASS", "--auth", { alias: ["auth"] }),
  more("-L, --location", "--follow", { alias: ["follow"] }),
  more("-O, --remote-name", "--download", { alias: ["download"] }),
  more("-i, --include", "--print hb", { alias: ["print", "hb"] }),
  more("-k, --insecure", "--verify no", { alias: ["verify", "no"] }),
  more("--max-time SECONDS", "--timeout", { alias: ["timeout"] }),
  more("-w, --write-out FORMAT", "print facts after the reply, as curl: '%{http_code}\\n', @FILE"),
  more("--fail-with-body", "--check-status", { alias: ["check-status"] }),
] as const satisfies readonly OptionSpec[];

/** Options of other programs; the error says why they are missing, or what to write instead. */
export const REFUSED_OPTIONS: readonly OptionSpec[] = Object.entries(REFUSED).map(
  ([syntax, why]) => option(syntax, "", { hidden: true, refused: why }),
);

/**
 * Options of `roundtrip files`.
 * @module
 */
import {
  type CommandSpec,
  COMMON_OPTIONS,
  LISTEN_OPTIONS,
  type OptionName,
  SERVICE_OPTIONS,
  TLS_OPTIONS,
} from "./command_spec.ts";

/** The subcommand. */
export const files = {
  name: "files",
  summary: "serve a folder: listing, uploads, archives",
  usage: "files [OPTIONS] [DIR|FILE]",
  description: [
    "Serves a folder, or one file, with ranges and conditional requests. Folders are listed, and " +
    "can be downloaded as an archive: /photos/?archive=zip, tar.gz or tar.",
    "-u accepts uploads from the page (drag and drop, whole folders) and from curl -F file=@NAME; " +
    "-u SUBDIR after DIR, or --upload=SUBDIR, only below that folder. Uploads get their name " +
    "when they are complete. With -u, scripts in served pages are disabled, unless --header " +
    "'Content-Security-Policy: ...' is given.",
    "/photos/?search=TEXT searches for names below a folder, ?raw=true lists it as plain text.",
    "Links that lead out of the folder and names that begin with a dot are not served.",
  ],
  options: [
    ...LISTEN_OPTIONS,
    {
      long: "upload",
      short: "u",
      value: "SUBDIR",
      valueOptional: true,
      help: "accept uploads, anywhere or only below SUBDIR",
    },
    {
      long: "on-duplicate",
      value: "WHAT",
      choices: ["error", "overwrite", "rename"],
      help: "when an uploaded name exists: error, overwrite, rename (default error)",
    },
    { long: "max-size", value: "SIZE", help: "largest upload, such as 500M (default no limit)" },
    {
      long: "auth",
      short: "a",
      value: "USER:PASS",
      repeat: true,
      help: "ask for credentials; also USER:sha256:HEX, sha512",
    },
    {
      long: "auth-upload",
      value: "USER:PASS",
      repeat: true,
      help: "ask for credentials for uploads only",
    },
    { long: "index", value: "FILE", help: "file to serve for a folder, such as index.html" },
    { long: "spa", help: "send index.html for paths that do not exist" },
    { long: "qr", short: "q", help: "print the address as a QR code" },
    {
      long: "mkdir",
      help: "allow making folders, on the page or by curl -d mkdir=NAME",
      more: true,
    },
    {
      long: "rm-files",
      help: "allow deleting files and folders, on the page or by curl -X DELETE",
      more: true,
    },
    {
      long: "auth-file",
      value: "FILE",
      help: "credentials, one per line",
      repeat: true,
      more: true,
    },
    { long: "pretty-urls", help: "serve about.html for /about", more: true },
    { long: "title", value: "TEXT", help: "title of the listings", more: true },
    { long: "readme", help: "show a folder's README below its listing", more: true },
    { long: "route-prefix", value: "PREFIX", help: "serve below /PREFIX/", more: true },
    { long: "random-route", help: "serve below a random path", more: true },
    { long: "compress", help: "compress text", more: true },
    { long: "cors", help: "allow pages of other sites to read the files", more: true },
    { long: "no-listing", help: "do not list folders", more: true },
    { long: "no-archives", help: "do not offer folders as archives", more: true },
    { long: "hidden", help: "serve names that begin with a dot", more: true },
    {
      long: "header",
      value: "NAME:VALUE",
      repeat: true,
      help: "add a header to every file",
      more: true,
    },
    ...TLS_OPTIONS,
    { long: "open", help: "open the address in a browser", more: true },
    { long: "access-log", help: "one line for each request", more: true },
    ...SERVICE_OPTIONS,
    ...COMMON_OPTIONS,
  ],
  examples: [
    ["roundtrip files", "this folder on http://localhost:8080"],
    ["roundtrip files -H 0.0.0.0 -u -q ~/inbox", "receive files from a phone"],
    [
      "roundtrip files -u --mkdir --rm-files --auth-file users share",
      "a shared folder with accounts",
    ],
    ["roundtrip files --auth ada:secret --spa dist", "a single-page application with a password"],
  ],
  positionals: 1,
  environment: true,
  completes: "folders",
} as const satisfies CommandSpec;

/** Long names of its options. */
export type FilesOption = OptionName<typeof files>;

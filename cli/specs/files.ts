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
    "can be had as an archive: /photos/?archive=zip, tar.gz or tar.",
    "-u accepts uploads from the page (drag and drop, whole folders) and from curl -F file=@NAME; " +
    "-u SUBDIR after DIR, or --upload=SUBDIR, only below that folder. A file is written aside and " +
    "renamed when it is complete. Pages among the files run no scripts then; -u with --header " +
    "'Content-Security-Policy: ...' says otherwise.",
    "/photos/?search=TEXT finds names below a folder, ?raw=true lists one as plain text.",
    "Links that lead out of the folder and names that begin with a dot are not served.",
  ],
  options: [
    ...LISTEN_OPTIONS,
    {
      long: "upload",
      short: "u",
      value: "SUBDIR",
      valueOptional: true,
      help: "accept uploads, everywhere or below SUBDIR",
    },
    {
      long: "on-duplicate",
      value: "WHAT",
      choices: ["error", "overwrite", "rename"],
      help: "when an uploaded name exists: error, overwrite, rename (default error)",
    },
    { long: "max-size", value: "SIZE", help: "largest upload, 500M for one (default no limit)" },
    {
      long: "auth",
      short: "a",
      value: "USER:PASS",
      repeat: true,
      help: "ask for credentials; USER:sha256:HEX, sha512 too",
    },
    {
      long: "auth-upload",
      value: "USER:PASS",
      repeat: true,
      help: "ask for credentials for uploads only",
    },
    { long: "index", value: "FILE", help: "file that stands for its folder, index.html" },
    { long: "spa", help: "send index.html where there is no file" },
    { long: "qr", short: "q", help: "print the address as a QR code" },
    {
      long: "mkdir",
      help: "accept new folders, from the page and by curl -d mkdir=NAME",
      more: true,
    },
    {
      long: "rm-files",
      help: "files and folders may be deleted, from the page and by curl -X DELETE",
      more: true,
    },
    { long: "auth-file", value: "FILE", help: "credentials, one a line", repeat: true, more: true },
    { long: "pretty-urls", help: "/about is about.html", more: true },
    { long: "title", value: "TEXT", help: "what the listing is called", more: true },
    { long: "readme", help: "show a folder's README below its listing", more: true },
    { long: "route-prefix", value: "PREFIX", help: "serve below /PREFIX/", more: true },
    { long: "random-route", help: "serve below a path that cannot be guessed", more: true },
    { long: "compress", help: "compress text on the way", more: true },
    { long: "cors", help: "pages of other sites may read the files", more: true },
    { long: "no-listing", help: "do not list folders", more: true },
    { long: "no-archives", help: "no folders as archives", more: true },
    { long: "hidden", help: "serve names that begin with a dot", more: true },
    { long: "header", value: "NAME:VALUE", repeat: true, help: "header of every file", more: true },
    ...TLS_OPTIONS,
    { long: "open", help: "open the address in a browser", more: true },
    { long: "access-log", help: "one line for each request", more: true },
    ...SERVICE_OPTIONS,
    ...COMMON_OPTIONS,
  ],
  examples: [
    ["roundtrip files", "this folder on http://localhost:8080"],
    ["roundtrip files -H 0.0.0.0 -u -q ~/inbox", "take files from a phone"],
    ["roundtrip files -u --mkdir --rm-files --auth-file users share", "a drop box for some"],
    ["roundtrip files --auth ada:secret --spa dist", "a single-page application, guarded"],
  ],
  positionals: 1,
  environment: true,
  completes: "folders",
} as const satisfies CommandSpec;

/** Long names of its options. */
export type FilesOption = OptionName<typeof files>;

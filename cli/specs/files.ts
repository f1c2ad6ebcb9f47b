// Options of `roundtrip files`.
import {
  command,
  LISTEN_OPTIONS,
  more,
  option,
  type OptionName,
  SERVICE_OPTIONS,
  TLS_OPTIONS,
} from "./command_spec.ts";

export const files = command({
  name: "files",
  summary: "serve a folder: listing, uploads, archives",
  usage: "files [OPTIONS] [DIR|FILE]",
  options: [
    ...LISTEN_OPTIONS,
    option("-u, --upload[=SUBDIR]", "accept uploads, anywhere or only below SUBDIR"),
    option(
      "--on-duplicate WHAT",
      "if an uploaded name exists: error (default), overwrite, rename",
      {
        choices: ["error", "overwrite", "rename"],
      },
    ),
    option("--max-size SIZE", "largest upload, such as 500M (default no limit)"),
    option("-a, --auth USER:PASS...", "ask for credentials; also USER:sha256:HEX, sha512"),
    option("--auth-upload USER:PASS...", "ask for credentials for uploads only"),
    option("--index FILE", "file to serve for a folder, such as index.html"),
    option("--spa", "send index.html for paths that do not exist"),
    option("-q, --qr", "print the address as a QR code"),
    more("--mkdir", "allow making folders, on the page or by curl -d mkdir=NAME"),
    more("--rm-files", "allow deleting files and folders, on the page or by curl -X DELETE"),
    more("--auth-file FILE...", "credentials, one per line"),
    more("--pretty-urls", "serve about.html for /about"),
    more("--title TEXT", "title of the listings"),
    more("--route-prefix PREFIX", "serve below /PREFIX/"),
    more("--random-route", "serve below a random path"),
    more("--compress", "compress text"),
    more("--cors", "allow pages of other sites to read the files"),
    more("--no-listing", "do not list folders"),
    more("--no-archives", "do not offer folders as archives"),
    more("--hidden", "serve names that begin with a dot"),
    more("--header NAME:VALUE...", "add a header to every file"),
    more("--tls", "serve TLS with a certificate made on the spot, print its fingerprint"),
    ...TLS_OPTIONS,
    more("--open", "open the address in a browser"),
    more("--access-log", "one line for each request"),
    ...SERVICE_OPTIONS,
  ],
  positionals: 1,
  environment: true,
  completes: "folders",
});

export type FilesOption = OptionName<typeof files>;

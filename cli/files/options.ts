/**
 * What `roundtrip files` serves, and to whom.
 * @module
 */
import type { Account } from "../listening/accounts.ts";
import type { UploadOptions } from "./upload.ts";

/** What is served, and to whom. */
export interface FilesOptions {
  /** Folder or file. */
  readonly path: string;
  /** Addresses that the server is bound to. */
  readonly hostnames: readonly string[];
  /** Path below which everything is, `/a/b`; `""` for none. */
  readonly prefix: string;
  /** Path that tells everyone whether requests are welcome, `null` for none. */
  readonly health: string | null;
  /** Where uploads may go: a folder below `path`, `""` for everywhere, `null` for nowhere. */
  readonly upload: string | null;
  /** Limits of uploads. */
  readonly uploads: UploadOptions;
  /** Whether folders may be made. */
  readonly mkdir: boolean;
  /** Whether files and folders may be deleted. */
  readonly remove: boolean;
  /** Who may see anything; empty for everyone. */
  readonly accounts: readonly Account[];
  /** Who may change anything; empty for everyone who may see. */
  readonly uploaders: readonly Account[];
  /** File that stands for its folder, `null` for none. */
  readonly index: string | null;
  /** Whether `index.html` is sent where there is no file. */
  readonly spa: boolean;
  /** Whether `/about` is `about.html`. */
  readonly prettyUrls: boolean;
  /** What the listing is called, `null` for its path alone. */
  readonly title: string | null;
  /** Whether a folder's README is shown below its listing. */
  readonly readme: boolean;
  /** Whether folders are listed. */
  readonly listing: boolean;
  /** Whether folders can be had as archives. */
  readonly archives: boolean;
  /** Whether names that begin with a dot are served. */
  readonly hidden: boolean;
  /** Whether text is compressed on the way. */
  readonly compress: boolean;
  /** Headers of every file. */
  readonly headers: readonly (readonly [string, string])[];
}

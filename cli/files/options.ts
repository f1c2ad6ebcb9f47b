import type { Account } from "../listening/accounts.ts";
import type { UploadOptions } from "./upload.ts";

export interface FilesOptions {
  /** Folder or file to serve. */
  readonly path: string;
  /** Addresses that the server is bound to. */
  readonly hostnames: readonly string[];
  /** Path prefix such as `/a/b`, `""` for none. */
  readonly prefix: string;
  /** Path of the health check, open to everyone; `null` for none. */
  readonly health: string | null;
  /** Folder below `path` that takes uploads, `""` for all folders, `null` for none. */
  readonly upload: string | null;
  readonly uploads: UploadOptions;
  /** Whether folders may be made. */
  readonly mkdir: boolean;
  /** Whether files and folders may be deleted. */
  readonly remove: boolean;
  /** Accounts that may read, empty for everyone. */
  readonly accounts: readonly Account[];
  /** Accounts that may make changes, empty for all readers. */
  readonly uploaders: readonly Account[];
  /** Index file of a folder, `null` for none. */
  readonly index: string | null;
  /** Whether `index.html` is sent for paths that do not exist. */
  readonly spa: boolean;
  /** Whether `/about` serves `about.html`. */
  readonly prettyUrls: boolean;
  /** Title of the listings, `null` for the path alone. */
  readonly title: string | null;
  /** Whether a folder's README is shown below its listing. */
  readonly readme: boolean;
  readonly listing: boolean;
  /** Whether folders can be downloaded as archives. */
  readonly archives: boolean;
  /** Whether names that begin with a dot are served. */
  readonly hidden: boolean;
  /** Whether text is compressed. */
  readonly compress: boolean;
  /** Headers added to every file. */
  readonly headers: readonly (readonly [string, string])[];
}

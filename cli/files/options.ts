import type { Account } from "../listening/accounts.ts";
import type { UploadOptions } from "./upload.ts";

export interface FilesOptions {
  readonly path: string;
  /** Addresses that the server is bound to. */
  readonly hostnames: readonly string[];
  /** Path prefix such as `/a/b`, `""` for none. */
  readonly prefix: string;
  /** Folder below `path` that takes uploads, `""` for all folders, `null` for none. */
  readonly upload: string | null;
  readonly uploads: UploadOptions;
  readonly mkdir: boolean;
  readonly remove: boolean;
  /** Accounts that may read, empty for everyone. */
  readonly accounts: readonly Account[];
  /** Accounts that may make changes, empty for all readers. */
  readonly uploaders: readonly Account[];
  readonly index: string | null;
  /** Whether `index.html` is sent for paths that do not exist. */
  readonly spa: boolean;
  readonly prettyUrls: boolean;
  readonly title: string | null;
  readonly listing: boolean;
  readonly archives: boolean;
  /** Whether names that begin with a dot are served. */
  readonly hidden: boolean;
  readonly compress: boolean;
  readonly headers: readonly (readonly [string, string])[];
}

// The types of Deno that the package's own types name.

export declare namespace Deno {
  /** An open file of Deno; on Node and Bun use a `Blob`, a stream or a `FileHandle`. */
  interface FsFile extends Disposable {
    readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
    read(buffer: Uint8Array): Promise<number | null>;
    write(bytes: Uint8Array): Promise<number>;
    seek(offset: number | bigint, whence: number): Promise<number>;
    close(): void;
  }
  /** Facts about a file. */
  interface FileInfo {
    readonly isFile: boolean;
    readonly isDirectory: boolean;
    readonly isSymlink: boolean;
    readonly size: number;
    readonly mtime: Date | null;
    readonly ino: number | null;
  }
  /** A client of Deno's `fetch`. */
  interface HttpClient extends Disposable {
    close(): void;
  }
  /** A request handler of `Deno.serve`. */
  type ServeHandler = (request: Request) => Response | Promise<Response>;
  /** A proxy of `Deno.createHttpClient`. */
  interface Proxy {
    readonly url?: string;
  }
  /** Options of `Deno.createHttpClient`. */
  interface CreateHttpClientOptions {
    readonly proxy?: Proxy;
  }
  /** A connection. */
  interface Conn extends Disposable {
    close(): void;
  }
  /** A signal of the system. */
  type Signal = string;
}

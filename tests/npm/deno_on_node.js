// The part of Deno that servers use, on Node and Bun: files, signals, exit.
import {
  close,
  constants,
  fstat,
  fstatSync,
  lstatSync,
  openSync,
  read,
  readFileSync,
  realpathSync,
  statSync,
  write,
} from "node:fs";
import {
  lstat,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from "node:fs/promises";
import { connect as connectTo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { NotSupportedError } from "@roundtrip/http/shared";

const CODES = {
  ENOENT: "NotFound",
  EACCES: "PermissionDenied",
  EPERM: "PermissionDenied",
  ELOOP: "FilesystemLoop",
  ENOTDIR: "NotADirectory",
  EISDIR: "IsADirectory",
  EEXIST: "AlreadyExists",
  EADDRINUSE: "AddrInUse",
  ECONNREFUSED: "ConnectionRefused",
};
const NAMES = new Set([...Object.values(CODES), "NotCapable", "BrokenPipe", "Interrupted"]);
const errors = Object.fromEntries(
  [...NAMES].map((name) => [name, { [name]: class extends Error {} }[name]]),
);

/** The error of Deno for one of Node. */
function denoError(error) {
  const own = errors[CODES[error?.code]];
  if (own === undefined) return error;
  return Object.assign(new own(error.message, { cause: error }), { code: error.code });
}

const sync = (action) => (...args) => {
  try {
    return action(...args);
  } catch (error) {
    throw denoError(error);
  }
};
const async_ = (action) => async (...args) => {
  try {
    return await action(...args);
  } catch (error) {
    throw denoError(error);
  }
};
const pathOf = (path) => path instanceof URL ? fileURLToPath(path) : path;

/** `Deno.FileInfo` of the stat of Node. */
function infoOf(found) {
  return {
    isFile: found.isFile(),
    isDirectory: found.isDirectory(),
    isSymlink: found.isSymbolicLink(),
    isSocket: found.isSocket(),
    isFifo: found.isFIFO(),
    isBlockDevice: found.isBlockDevice(),
    isCharDevice: found.isCharacterDevice(),
    size: found.size,
    mtime: found.mtime,
    atime: found.atime,
    birthtime: found.birthtime,
    ino: found.ino,
    dev: found.dev,
    mode: found.mode,
    uid: found.uid,
    gid: found.gid,
    nlink: found.nlink,
  };
}

const [readAt, writeAt, closeFile, statFile] = [read, write, close, fstat].map((each) =>
  promisify(each)
);

/** `Deno.FsFile`: a descriptor with a position. */
class FsFile {
  #descriptor;
  #position = 0;
  #isOpen = true;

  constructor(descriptor) {
    this.#descriptor = descriptor;
  }

  read = async_(async (buffer) => {
    if (buffer.length === 0) return 0;
    const { bytesRead } = await readAt(this.#descriptor, buffer, 0, buffer.length, this.#position);
    this.#position += bytesRead;
    return bytesRead === 0 ? null : bytesRead;
  });

  write = async_(async (bytes) => {
    const { bytesWritten } = await writeAt(
      this.#descriptor,
      bytes,
      0,
      bytes.length,
      this.#position,
    );
    this.#position += bytesWritten;
    return bytesWritten;
  });

  seekSync(offset, whence) {
    const from = [0, this.#position, whence === 2 ? this.statSync().size : 0][whence];
    return this.#position = from + Number(offset);
  }

  seek(offset, whence) {
    return Promise.resolve(this.seekSync(offset, whence));
  }

  stat = async_(async () => infoOf(await statFile(this.#descriptor)));
  statSync = sync(() => infoOf(fstatSync(this.#descriptor)));

  /** The rest of the file, which closes it. */
  get readable() {
    return new ReadableStream({
      pull: async (controller) => {
        const buffer = new Uint8Array(64 * 1024);
        const count = await this.read(buffer);
        if (count !== null) return controller.enqueue(buffer.subarray(0, count));
        this.close();
        controller.close();
      },
      cancel: () => this.close(),
    }, { highWaterMark: 0 });
  }

  close() {
    if (!this.#isOpen) throw new Error("Bad resource ID: the file is closed");
    this.#isOpen = false;
    closeFile(this.#descriptor).catch(() => {});
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    if (this.#isOpen) this.close();
  }
}

function flagsOf({ read, write, append, create, createNew, truncate }) {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_APPEND, O_CREAT, O_EXCL, O_TRUNC } = constants;
  const access = write || append ? read ? O_RDWR : O_WRONLY : O_RDONLY;
  return access | (append ? O_APPEND : 0) | (create || createNew ? O_CREAT : 0) |
    (createNew ? O_EXCL : 0) | (truncate ? O_TRUNC : 0);
}

const onDenoOnly = (name) => () => {
  throw new NotSupportedError(name, "leave AppRunner's engine out, or take nodeEngine()");
};
const makeTempDir = async_(({ dir = tmpdir(), prefix = "" } = {}) => mkdtemp(join(dir, prefix)));
let files = 0;

export const Deno = {
  errors,
  FsFile,
  SeekMode: { Start: 0, Current: 1, End: 2 },
  build: { os: process.platform === "win32" ? "windows" : process.platform },
  pid: process.pid,
  noColor: process.env.NO_COLOR !== undefined,
  env: {
    get: (name) => process.env[name],
    set: (name, value) => void (process.env[name] = value),
    delete: (name) => void delete process.env[name],
  },
  exit: (code) => process.exit(code),
  addSignalListener: (name, listener) => void process.on(name, listener),
  removeSignalListener: (name, listener) => void process.off(name, listener),
  open: async_((path, options = { read: true }) =>
    new FsFile(openSync(pathOf(path), flagsOf(options), options.mode ?? 0o666))
  ),
  lstat: async_(async (path) => infoOf(await lstat(pathOf(path)))),
  stat: async_(async (path) => infoOf(await stat(pathOf(path)))),
  lstatSync: sync((path) => infoOf(lstatSync(pathOf(path)))),
  statSync: sync((path) => infoOf(statSync(pathOf(path)))),
  realPathSync: sync((path) => realpathSync(pathOf(path))),
  readFileSync: sync((path) => new Uint8Array(readFileSync(pathOf(path)))),
  readTextFile: async_((path) => readFile(pathOf(path), "utf8")),
  writeTextFile: async_((path, text, { createNew = false } = {}) =>
    writeFile(pathOf(path), text, { flag: createNew ? "wx" : "w" })
  ),
  serve: onDenoOnly("web.denoEngine"),
  listen: onDenoOnly("web.socketEngine()"),
  readTextFileSync: sync((path) => readFileSync(pathOf(path), "utf8")),
  async *readDir(path) {
    for (const each of await async_(readdir)(pathOf(path), { withFileTypes: true })) {
      yield {
        name: each.name,
        isFile: each.isFile(),
        isDirectory: each.isDirectory(),
        isSymlink: each.isSymbolicLink(),
      };
    }
  },
  rename: async_((from, to) => rename(pathOf(from), pathOf(to))),
  remove: async_(async (path, { recursive = false } = {}) => {
    const own = pathOf(path);
    const isFolder = !recursive && (await lstat(own)).isDirectory();
    await (isFolder ? rmdir(own) : rm(own, { recursive }));
  }),
  makeTempDir,
  makeTempFile: async_(async ({ dir = tmpdir(), prefix = "", suffix = "" } = {}) => {
    const path = join(dir, `${prefix}${process.pid}-${Date.now()}-${files++}${suffix}`);
    await (await open(path, "wx", 0o600)).close();
    return path;
  }),
  /** Whether a unix socket is in use. */
  connect: ({ path }) =>
    new Promise((resolve, reject) => {
      const socket = connectTo(path, () => resolve({ close: () => socket.destroy() }));
      socket.once("error", (error) => reject(denoError(error)));
    }),
};

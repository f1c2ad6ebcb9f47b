import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError } from "../errors/errors.ts";

const SETTLE = 100; // ms; an editor writes a file in several steps

export class Changes {
  readonly #watcher: Deno.FsWatcher;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, onChange: () => void) {
    if (!url.startsWith("file:")) {
      throw new CommandError(`cannot watch ${url}: --watch needs a module on disk`);
    }
    this.#watcher = Deno.watchFs(dirname(fileURLToPath(url)));
    this.#watch(onChange);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watcher.close();
  }

  /** Calls back after a file has changed and no more changes follow. */
  async #watch(onChange: () => void): Promise<void> {
    for await (const { kind, paths } of this.#watcher) {
      if (kind === "access" || kind === "any" || paths.every(isNoise)) continue;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(onChange, SETTLE);
    }
  }
}

function isNoise(path: string): boolean {
  return /[\\/](?:\.git|node_modules)(?:[\\/]|$)|[\\/]\.[^\\/]*$|~$|\.log$/.test(path);
}

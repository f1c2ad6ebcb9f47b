import { nodeFs, nodeUrl } from "../../http/node_modules.ts";

export interface Frame {
  /** Text as in the stack, `handler (file:///srv/app.ts:7:9)`. */
  readonly text: string;
  /** URL of the module, or `null`. */
  readonly url: string | null;
  /** Line, from 1. */
  readonly line: number;
  /** Whether it is code of the application, not of a library or the platform. */
  readonly isOwn: boolean;
}

/** A line of a source. */
export interface SourceLine {
  /** Number, from 1. */
  readonly number: number;
  readonly text: string;
}

const LIBRARY = new URL("../../", import.meta.url).href;
const OF_LIBRARY = /^(?:server|client|http|cli)\//;

/** The calls in the stack of an error, innermost first. */
export function stackOf(error: unknown): Frame[] {
  const stack = error instanceof Error ? error.stack ?? "" : "";
  return [...stack.matchAll(/^\s+at (.*)$/gm)].map(([, text = ""]) => {
    const [, url = null, line] = /((?:file|https?):\/\/.*?):(\d+)(?::\d+)?\)?$/.exec(text) ?? [];
    const isOwn = url !== null && url.startsWith("file:") && !url.includes("/node_modules/") &&
      !(url.startsWith(LIBRARY) && OF_LIBRARY.test(url.slice(LIBRARY.length)));
    return { text, url, line: Number(line ?? 0), isOwn };
  });
}

/** The lines around a call; none if the file cannot be read. */
export function sourceOf({ url, line }: Frame, around: number): SourceLine[] {
  if (url === null || !url.startsWith("file:")) return [];
  try {
    const path = nodeUrl().fileURLToPath(url);
    // Reading without the permission would ask on the server's terminal.
    const may = globalThis.Deno?.permissions.querySync({ name: "read", path }).state ?? "granted";
    if (may !== "granted") return [];
    const first = Math.max(1, line - around);
    return nodeFs().readFileSync(path, "utf8").split("\n").slice(first - 1, line + around)
      .map((text, at) => ({ number: first + at, text }));
  } catch {
    return [];
  }
}

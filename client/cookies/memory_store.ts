import * as tough from "tough-cookie";
import type { Cookie, MemoryCookieStore } from "tough-cookie";

/** Characters from which on a path is compared with those of the cookies, one after the other. */
const LONG_PATH = 1024;

/** Makes a store that looks up the paths above a request's, not every path of the host. */
export function memoryStore(): MemoryCookieStore {
  const memory = new tough.MemoryCookieStore();
  const find = (domain: string, path: string, special: boolean, done: Done): void => {
    // It throws for special-use names such as "test", which have no parent domain anyway.
    const domains = domain.includes(".")
      ? tough.permuteDomain(domain, special) ?? [domain]
      : [domain];
    done(null, domains.flatMap((each) => cookiesOf(memory.idx[each] ?? {}, path || null)));
  };
  memory.findCookies = find as typeof memory.findCookies;
  return memory;
}

type Done = (error: null, found: Cookie[]) => void;
type ByPath = MemoryCookieStore["idx"][string];

/** The cookies for a path; all of them without one. */
function cookiesOf(byPath: ByPath, path: string | null): Cookie[] {
  const isShort = path !== null && path.length <= LONG_PATH;
  const paths = isShort
    ? pathsAbove(path).filter((each) => each in byPath)
    : Object.keys(byPath).filter((each) => path === null || tough.pathMatch(path, each));
  return paths.flatMap((each) => Object.values(byPath[each] ?? {}));
}

/** The paths that match "/a/b" (RFC 6265 section 5.1.4): "/", "/a", "/a/" and "/a/b". */
function pathsAbove(path: string): string[] {
  const paths = [path];
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    if (at > 0) paths.push(path.slice(0, at));
    if (at + 1 < path.length) paths.push(path.slice(0, at + 1));
  }
  return paths;
}

import { assertEquals, assertThrows } from "@std/assert";
import { InvalidURLError } from "../../../client/errors/client_errors.ts";
import { resolveTarget } from "../../../client/request/url.ts";

// Characters that parsers treat specially, and others.
const PIECES = "/ \\ . .. a ? # % %2e @ : ' ~ é [ =".split(" ").concat(" ");
const BASES = ["http://h/", "http://h:8080/api/", "https://127.0.0.1/a/b/"];

Deno.test("Invalid characters are encoded in path, query and fragment, never in the host", () => {
  const base = new URL("http://h/");
  const own = "|^[]{}";
  const sent = "%7C%5E%5B%5D%7B%7D";
  const rows: [text: string, params: string | Record<string, string> | undefined, href: string][] =
    [
      [`/a${own}?q=${own}`, undefined, `http://h/a${sent}?q=${sent}`],
      [`http://[::1]:8080/a${own}?q=${own}`, undefined, `http://[::1]:8080/a${sent}?q=${sent}`],
      ["/a", `q=${own}`, `http://h/a?q=${sent}`],
      ["/a", { q: own }, `http://h/a?q=${sent}`],
      ["/a%7c%5E", undefined, "http://h/a%7c%5E"],
    ];
  for (const [text, params, href] of rows) {
    assertEquals(resolveTarget(text, base, params).href, href, text);
  }
  assertEquals(resolveTarget(`/a#${own}`, base, undefined).fragment, `#${sent}`);
});

const encoded = (path: string): string =>
  path.replace(/%(?![\da-f]{2})/g, "%25").replaceAll("[", "%5B");

Deno.test("A path below a base is resolved as by the platform", () => {
  for (const base of BASES.map((each) => new URL(each))) {
    for (const path of paths()) {
      if (/^\/[/\\]/.test(path)) {
        assertThrows(() => resolveTarget(path, base, undefined), InvalidURLError);
        continue;
      }
      const expected = new URL(encoded(path), base);
      const { hash } = expected;
      expected.hash = "";
      const { href, fragment, auth } = resolveTarget(path, base, undefined);
      assertEquals([href, fragment, auth], [expected.href, hash, null], path);
    }
  }
});

Deno.test("An absolute URL is parsed as by the platform, regardless of earlier ones", () => {
  for (const origin of ["http://h", "http://h:80", "http://H", "https://h:8443", "http://0x7f.1"]) {
    for (const path of ["/", ...paths(), "", ":8080/", "0/", ".x/"]) {
      const text = origin + path;
      if (!URL.canParse(text)) continue;
      const expected = new URL(encoded(text));
      const { hash } = expected;
      expected.hash = "";
      const { href, fragment } = resolveTarget(text, null, undefined);
      assertEquals([href, fragment], [expected.href, hash], text);
    }
  }
});

function* paths(): Generator<string> {
  for (const a of PIECES) {
    for (const b of PIECES) for (const c of PIECES) yield `/${a}${b}${c}`;
  }
}

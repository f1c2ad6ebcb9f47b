import { assertEquals, assertThrows } from "@std/assert";
import { InvalidURLError } from "../../../client/errors/client_errors.ts";
import { resolveTarget } from "../../../client/request/url.ts";

// What a parser may treat in a way of its own, beside what it leaves alone.
const PIECES = "/ \\ . .. a ? # % %2e @ : ' ~ é [ =".split(" ").concat(" ");
const BASES = ["http://h/", "http://h:8080/api/", "https://127.0.0.1/a/b/"];

Deno.test("A path below a base is the URL that the platform makes of both", () => {
  for (const base of BASES.map((each) => new URL(each))) {
    for (const path of paths()) {
      if (/^\/[/\\]/.test(path)) {
        assertThrows(() => resolveTarget(path, base, undefined), InvalidURLError);
        continue;
      }
      const expected = new URL(path.replace(/%(?![\da-f]{2})/g, "%25"), base);
      const { hash } = expected;
      expected.hash = "";
      const { href, fragment, auth } = resolveTarget(path, base, undefined);
      assertEquals([href, fragment, auth], [expected.href, hash, null], path);
    }
  }
});

Deno.test("An absolute URL is what the platform makes of it, whatever came before", () => {
  for (const origin of ["http://h", "http://h:80", "http://H", "https://h:8443", "http://0x7f.1"]) {
    for (const path of ["/", ...paths(), "", ":8080/", "0/", ".x/"]) {
      const text = origin + path;
      if (!URL.canParse(text)) continue;
      const expected = new URL(text.replace(/%(?![\da-f]{2})/g, "%25"));
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

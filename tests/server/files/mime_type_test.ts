import { assert, assertEquals } from "@std/assert";
import mime from "npm:mime@^4.1.2";
import other from "npm:mime@^4.1.2/types/other.js";
import standard from "npm:mime@^4.1.2/types/standard.js";
import { mimeTypeOf } from "../../../server/files/mime_type.ts";

Deno.test("every extension has the type of the package mime, except TypeScript's", () => {
  const extensions = [standard, other].flatMap((table) => Object.values(table).flat());
  assert(extensions.length > 1000);
  for (const starred of extensions) {
    const extension = starred.replace("*", "");
    if (/^[mc]?tsx?$/.test(extension)) continue;
    const expected = mime.getType(extension);
    for (const name of [`a.${extension}`, `/x.y/B.${extension.toUpperCase()}`]) {
      assertEquals(mimeTypeOf(name), expected, name);
    }
  }
});

Deno.test("unknown extensions are application/octet-stream", () => {
  const rows: [name: string, type: string][] = [
    ["gz", "application/octet-stream"],
    ["a.", "application/octet-stream"],
    ["a.constructor", "application/octet-stream"],
    ["a.__proto__", "application/octet-stream"],
    ["a.*mp3", "application/octet-stream"],
    ["a.b/c", "application/octet-stream"],
    ["a.nope", "application/octet-stream"],
    ["a.ts", "text/typescript"],
    ["a.tar.gz", "application/gzip"],
    [".html", "text/html"],
  ];
  for (const [name, type] of rows) {
    assertEquals(mimeTypeOf(name), type, name);
    assertEquals(mimeTypeOf(name), type, name);
  }
});

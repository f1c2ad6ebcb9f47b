import { WHOLE } from "../_whole.ts";
import { assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import fc from "npm:fast-check@^4";
import { pythonWith } from "./_python.ts";

const python = await pythonWith("aiohttp");

const PROGRAM = `
import json, sys
from aiohttp.test_utils import make_mocked_request
print(json.dumps([
    list(make_mocked_request("GET", "/", headers={"Cookie": each}).cookies.items())
    for each in json.load(sys.stdin)
]))
`;

const piece = fc.constantFrom(
  ...["a", "b", "c1", "=", "=", "=", ";", ";", " ", '"', '"', "\\", ",", "1", "x y", "[", "{", "}"],
  ...[
    "$Path",
    "HttpOnly",
    "Mon, 09-Jun-21 10:18:14 GMT",
    "Wed Jun  9 10:18:14 2021",
    "\\303",
    "\t",
  ],
);
const header = fc.array(piece, { minLength: 1, maxLength: 14 }).map((pieces) =>
  // A header has no whitespace at its ends.
  pieces.join("").trim()
);

Deno.test({
  name: "Cookie headers are read as Python's aiohttp reads them",
  ignore: python === null,
  async fn() {
    const headers = fc.sample(header, { numRuns: WHOLE ? 5_000 : 800, seed: 316 });
    const child = new Deno.Command(python ?? "", {
      args: ["-c", PROGRAM],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const output = child.output();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(JSON.stringify(headers)));
    await writer.close();
    const expected = JSON.parse(new TextDecoder().decode((await output).stdout));
    assertEquals(expected.length, headers.length);
    for (const [i, cookie] of headers.entries()) {
      const { cookies } = web.makeRequest("GET", "/", { headers: { cookie } });
      assertEquals([...cookies], expected[i], JSON.stringify(cookie));
    }
  },
});

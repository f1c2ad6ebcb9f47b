import { assertEquals, assertThrows } from "@std/assert";
import {
  formatChunk,
  formatHead,
  formatLastChunk,
  LAST_CHUNK,
} from "../../../http/http1/format_head.ts";
import { readMessage, text } from "./_message.ts";

Deno.test("a head is written in order and case, in Latin-1, with room for a body", () => {
  const head = formatHead("GET / HTTP/1.1", [["hOsT", "x"], ["A", "\xe9\t"], ["a", ""]], 2);
  assertEquals(text(head), "GET / HTTP/1.1\r\nhOsT: x\r\nA: \xe9\t\r\na: \r\n\r\n\0\0");
});

Deno.test("a head that would inject another is refused", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["GET /\r\nA: b HTTP/1.1", "A", "b"],
    ["GET / HTTP/1.1", "A", "b\r\nC: d"],
    ["GET / HTTP/1.1", "A", "b\nC: d"],
    ["GET / HTTP/1.1", "A", "b\0"],
    ["GET / HTTP/1.1", "A", "\u0100"],
    ["GET / HTTP/1.1", "A ", "b"],
    ["GET / HTTP/1.1", "A:", "b"],
    ["GET / HTTP/1.1", "", "b"],
  ];
  for (const [first, name, value] of cases) {
    assertThrows(() => formatHead(first, [[name, value]]), TypeError, "Cannot send a header");
  }
});

Deno.test("chunked bodies round-trip", () => {
  const body = "x".repeat(300);
  const pieces = [body.slice(0, 1), body.slice(1, 17), body.slice(17)]
    .map((each) => text(formatChunk(new TextEncoder().encode(each))));
  const head = text(formatHead("HTTP/1.1 200 OK", [["Transfer-Encoding", "chunked"]]));
  const read = (end: Uint8Array) => readMessage([head, ...pieces, text(end)], { method: "GET" });
  const expected = {
    first: "1 200 OK",
    headers: [["Transfer-Encoding", "chunked"] as const],
    persists: true,
    body,
    rest: "",
  };
  assertEquals(read(LAST_CHUNK), { ...expected, trailers: [] });
  assertEquals(read(formatLastChunk([["A", "b"]])), { ...expected, trailers: [["A", "b"]] });
});

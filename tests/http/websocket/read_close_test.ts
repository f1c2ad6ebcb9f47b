import { assertEquals, assertThrows } from "@std/assert";
import { readClose } from "../../../http/websocket/frames.ts";

Deno.test("readClose() names what is wrong with a close frame, RFC 6455 section 5.5.1", () => {
  assertEquals(readClose(new Uint8Array()), { code: 1005, reason: "" });
  assertEquals(readClose(Uint8Array.of(3, 232, 97)), { code: 1000, reason: "a" });
  assertThrows(() => readClose(Uint8Array.of(97)), Error, "half a close code");
  assertThrows(() => readClose(Uint8Array.of(3, 237)), Error, "close code 1005 may not be sent");
});

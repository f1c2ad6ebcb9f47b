import { assertEquals, assertThrows } from "@std/assert";
import { type BasicAuth, ClientSession, encodeBasicAuth } from "@roundtrip/http";

/** Invalid credentials and their messages. */
const REFUSED: readonly (readonly [auth: unknown, message: string])[] = [
  [["user", "secret"], 'expected an object such as { login: "user", password: "secret" }'],
  ["user:secret", "expected an object"],
  [{ login: 1 }, "expected an object"],
  [{ login: "user", password: null }, "expected an object"],
  [{ login: "a:b" }, 'Cannot use login "a:b": it contains ":" (RFC 7617)'],
  [{ login: "user", password: "\u20ac", encoding: "latin1" }, "they are not latin1, use utf-8"],
];

Deno.test("encodeBasicAuth() is the base64 of user and password", () => {
  const rows: readonly (readonly [auth: BasicAuth, bytes: string])[] = [
    [{ login: "user", password: "p:w" }, "user:p:w"],
    [{ login: "user" }, "user:"],
    [{ login: "", password: "" }, ":"],
    [{ login: "\u00e9" }, "\xc3\xa9:"],
    [{ login: "\u00e9", encoding: "latin1" }, "\xe9:"],
  ];
  for (const [auth, bytes] of rows) assertEquals(encodeBasicAuth(auth), `Basic ${btoa(bytes)}`);
});

Deno.test("invalid credentials are refused with their name, also by the session", () => {
  for (const [value, message] of REFUSED) {
    const auth = value as BasicAuth;
    for (const give of [() => encodeBasicAuth(auth), () => new ClientSession({ auth })]) {
      assertThrows(give, TypeError, message);
    }
  }
});

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClientError, ClientSession, digestAuthMiddleware } from "@roundtrip/http";
import { digestChallenge } from "../../../client/middleware/digest_auth.ts";
import { overEachApp } from "../_transports.ts";
import { ownWork } from "../../_memory.ts";

const challenge = (value: string) => digestChallenge(new Headers({ "www-authenticate": value }));

const CHALLENGES: Record<string, [value: string, expected: Record<string, string> | null]> = {
  "a scheme and an equals sign within a quoted string": [
    'Digest realm="Users, Domain x=1", qop="auth", nonce="n"',
    { realm: "Users, Domain x=1", qop: "auth", nonce: "n" },
  ],
  "an escaped quote": [
    String.raw`Digest realm="a\"b, Digest c=\\", nonce=n`,
    { realm: String.raw`a"b, Digest c=` + "\\", nonce: "n" },
  ],
  "a token68 of another scheme before it": [
    'Negotiate YWJj==, Digest realm="r", nonce="n"',
    { realm: "r", nonce: "n" },
  ],
  "a scheme without parameters before it": [
    'Negotiate, Digest realm="r", nonce="n"',
    { realm: "r", nonce: "n" },
  ],
  "parameters of another scheme after it": [
    'Digest realm="r", nonce="n", Basic realm="b", opaque="o"',
    { realm: "r", nonce: "n" },
  ],
  "blanks around the equals sign, and parameters without a comma": [
    'digest  realm = "r" nonce\t=n ,, opaque=""',
    { realm: "r", nonce: "n", opaque: "" },
  ],
  "the first of a repeated parameter": [
    'Digest realm="r", nonce="1", NONCE="2"',
    { realm: "r", nonce: "1" },
  ],
  "only a challenge within quotes": ['Basic realm="x, Digest realm=r, nonce=n"', null],
  "an open quote after all required parameters": ['Digest realm="r", nonce="n", opaque="', {
    realm: "r",
    nonce: "n",
  }],
};
for (const [name, [value, expected]] of Object.entries(CHALLENGES)) {
  Deno.test(`digestChallenge() reads ${name}`, () => {
    assertEquals(challenge(value), expected);
  });
}

// 80 KB of "a" took 7 s: each position was tried as the beginning of a name.
for (
  const [name, value] of Object.entries({
    "a long name": "Digest " + "a".repeat(80_000),
    "many names": "Digest realm=r, " + "a ".repeat(40_000),
    "many equals signs": "Digest realm=r, " + "a= ".repeat(30_000),
    "an open quote": 'Digest realm="' + "\\a".repeat(40_000),
    "many open quotes": 'Digest realm=r, a="' + ', a=\\"'.repeat(15_000),
    "blanks": "Digest realm=r" + " ".repeat(80_000) + "x",
    "commas": "Digest realm=r" + ",".repeat(80_000) + "x",
  })
) {
  Deno.test(`digestChallenge() quickly refuses ${name}`, () => {
    const start = ownWork();
    assertThrows(() => challenge(value), ClientError, "Cannot answer the Digest challenge");
    const ms = ownWork() - start;
    assert(ms < 500, `${Math.round(ms)} ms`);
  });
}

Deno.test("digestChallenge() refuses an oversized challenge", () => {
  const value = `Digest realm="r", nonce="${"n".repeat(20_000)}"`;
  assertThrows(() => challenge(value), ClientError, "longer than 16384");
});

overEachApp(
  "a Digest challenge that cannot be answered frees the connection",
  async (serve) => {
    const headers = { "www-authenticate": 'Digest realm="r", nonce="n", algorithm=FOO' };
    let cancelled = 0;
    await using served = serve(({ url }) =>
      url.endsWith("/ok") ? new Response("ok") : new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(1000)),
          cancel: () => void cancelled++,
        }),
        { status: 401, headers },
      )
    );
    await using session = new ClientSession({
      ...served.options,
      middlewares: [digestAuthMiddleware({ login: "u", password: "p" })],
      ...("app" in served.options ? {} : { connector: { limit: 1 } }),
      timeout: { total: 5000 },
    });
    await assertRejects(() => session.get("/"), ClientError, '"FOO" is unknown');
    await using response = await session.get("/ok");
    assertEquals(await response.text(), "ok");
    while (cancelled === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  },
);

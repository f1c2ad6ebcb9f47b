import { assertEquals } from "@std/assert";
import { getCookies, getSetCookies, setCookie, STATUS_TEXT } from "@std/http";
import { web } from "@roundtrip/http";

// Python's phrases, which aiohttp sends; the ones of RFC 9110 are the second in each pair.
const PYTHON_PHRASES: Record<number, string> = {
  413: "Request Entity Too Large",
  414: "Request-URI Too Long",
  416: "Requested Range Not Satisfiable",
};
const PHRASES_OF_NONE = new Set([402, 451]);

Deno.test("reason phrases are those of @std/http, but for Python's own", () => {
  for (const [name, value] of Object.entries(web)) {
    if (
      !/^HTTP(BadR|Unau|Forb|NotF|NotA|Conf|Gone|Prec|Unpr|TooM|Inte|NotI|BadG|Serv|Gate)/.test(
        name,
      )
    ) {
      continue;
    }
    const error = new (value as unknown as new () => web.HTTPException)();
    if (PHRASES_OF_NONE.has(error.status)) continue;
    const expected = PYTHON_PHRASES[error.status] ?? STATUS_TEXT[error.status as 404];
    assertEquals(error.reason, expected, name);
  }
});

Deno.test("@std/http reads the cookies we set, and we the ones it sets", async () => {
  const response = web.textResponse("x");
  web.setCookie(response, "a", "1", { httpOnly: true, sameSite: "Lax", maxAge: 60, path: "/p" });
  assertEquals(getSetCookies(response.headers), [
    { name: "a", value: "1", httpOnly: true, sameSite: "Lax", maxAge: 60, path: "/p" },
  ]);

  const headers = new Headers();
  setCookie(headers, { name: "b", value: "x=y", secure: true });
  const [pair = ""] = headers.get("set-cookie")?.split(";") ?? [];
  const app = new web.Application();
  app.addRoutes([web.get("/", (request) => web.jsonResponse([...request.cookies]))]);
  const request = new Request("http://h/", { headers: { cookie: `${pair}; c=3` } });
  assertEquals(
    await (await app.fetch(request)).json(),
    Object.entries(getCookies(request.headers)),
  );
});

import { assertEquals, assertRejects } from "@std/assert";
import { ClientResponseError, ClientSession, type RequestDetails } from "@roundtrip/http";

const app = {
  fetch(request: Request): Response {
    const { pathname } = new URL(request.url);
    const location = { "/plain": "/end", "/own": "/end#theirs" }[pathname];
    return location === undefined
      ? new Response(null, { status: pathname === "/gone" ? 410 : 200 })
      : new Response(null, { status: 302, headers: { location } });
  },
};

// RFC 9110 section 10.2.2: a fragment is kept unless a redirect has its own.
const CASES: readonly [path: string, url: string, realUrl: string][] = [
  ["/end", "/end", "/end"],
  ["/end#mine", "/end", "/end#mine"],
  ["/plain#mine", "/end", "/end#mine"],
  ["/own#mine", "/end", "/end#theirs"],
];
for (const [path, url, realUrl] of CASES) {
  Deno.test(`the request info of ${path} has the URL with its fragment`, async () => {
    await using session = new ClientSession({ app });
    await using response = await session.get(path);
    const info: RequestDetails = response.requestInfo;
    const origin = "http://localhost";
    assertEquals([response.url.href, info.url.href], [origin + url, origin + url]);
    assertEquals(info.realUrl?.href, origin + realUrl);
  });
}

Deno.test("the error for a status has the URL with its fragment", async () => {
  await using session = new ClientSession({ app, raiseForStatus: true });
  const error = await assertRejects(() => session.get("/gone#part"), ClientResponseError);
  assertEquals(error.requestInfo.realUrl?.hash, "#part");
});

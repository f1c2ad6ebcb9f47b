// deno run --allow-net=localhost examples/0013_response_details.ts
// Headers, cookies and redirect history of a response.
// 响应头、Cookie、重定向历史。
import { ClientSession, TooManyRedirectsError, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/old", () => {
    throw new web.HTTPMovedPermanently("/new");
  }),
  web.get("/new", () => {
    throw new web.HTTPFound("/end");
  }),
  web.get("/end", () => {
    const response = web.textResponse("here", { headers: { "x-many": "1" } });
    response.headers.append("x-many", "2");
    web.setCookie(response, "seen", "yes", { maxAge: 60 });
    return response;
  }),
  web.get("/loop", () => {
    throw new web.HTTPFound("/loop");
  }),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

await using response = await session.get("/old");
console.log(response.status, response.reason, response.url.pathname, await response.text());
console.log(response.headers.get("X-Many"), response.contentType);
console.log(response.cookies.get("seen")?.value, response.cookies.get("seen")?.maxAge);
for (const hop of response.history) {
  console.log(hop.status, hop.url.pathname, "to", hop.headers.get("location"));
}

await using first = await session.get("/old", { allowRedirects: false });
console.log(first.status, first.headers.get("location"));

try {
  await session.get("/loop", { maxRedirects: 3 });
} catch (error) {
  if (!(error instanceof TooManyRedirectsError)) throw error;
  console.log(error.name, error.history.length);
}

// Prints:
// 200 OK /end here
// 1, 2 text/plain
// yes 60
// 301 /old to /new
// 302 /new to /end
// 301 /new
// TooManyRedirectsError 3

// deno run --allow-net=localhost examples/0007_posting.ts
// Posting forms, bytes, JSON and text: the type of the value decides.
import { ClientSession, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.post(
    "/post",
    async (request) =>
      web.textResponse(`${request.headers.get("content-type")}: ${await request.text()}`),
  ),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

const bodies = [
  { data: { key: "a value", other: "你" } }, // an object is a form
  { data: [["key", "1"], ["key", "2"]] as const }, // so are pairs, with repeated names
  { data: new TextEncoder().encode("\u0001bytes") },
  { data: "text, 文本" },
  { json: { some: "data" } },
  { data: "<a/>", headers: { "content-type": "text/xml" } }, // the caller's type wins
];
for (const body of bodies) {
  await using response = await session.post("/post", body);
  console.log(JSON.stringify(await response.text()));
}

// Prints:
// "application/x-www-form-urlencoded: key=a+value&other=%E4%BD%A0"
// "application/x-www-form-urlencoded: key=1&key=2"
// "application/octet-stream: \u0001bytes"
// "text/plain; charset=utf-8: text, 文本"
// "application/json: {\"some\":\"data\"}"
// "text/xml: <a/>"

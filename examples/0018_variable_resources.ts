// deno run --allow-net=localhost examples/0018_variable_resources.ts
// Variables in a path: any text up to the next slash, or a regular expression.
// 路径中的变量：到下一个斜杠为止的文本，或正则表达式。
import { ClientSession, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  // request.matchInfo has a typed property for each variable.
  // request.matchInfo 为每个变量提供带类型的属性。
  web.get("/{name}", (request) => web.textResponse(`name ${request.matchInfo.name}`)),
  web.get("/{id:\\d+}/details", (request) => web.textResponse(`id ${request.matchInfo.id}`)),
  web.get(
    "/{year:\\d{4}}-{month:\\d{2}}/{slug}",
    ({ matchInfo: { year, month, slug } }) => web.textResponse(`${slug} of ${month}/${year}`),
  ),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

const paths = [
  "/ann",
  "/%E4%BD%A0%20a%2Fb",
  "/42/details",
  "/x/details",
  "/2026-11/hello",
  "/26-11/no",
];
for (const path of paths) {
  await using response = await session.get(path);
  console.log(path, response.status, await response.text());
}

// Prints:
// /ann 200 name ann
// /%E4%BD%A0%20a%2Fb 200 name 你 a/b
// /42/details 200 id 42
// /x/details 404 404: Not Found
// /2026-11/hello 200 hello of 11/2026
// /26-11/no 404 404: Not Found

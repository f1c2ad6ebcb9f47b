// deno run --allow-net=localhost --allow-read=examples examples/0008_multipart.ts
// Files in a form: FormBody for a form, MultipartWriter for any other multipart body.
// 表单里的文件：表单用 FormBody，其他 multipart 用 MultipartWriter。
import { BodyPartReader, ClientSession, FormBody, MultipartWriter, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.post("/form", async (request) => {
    const lines: string[] = [];
    for (const [name, value] of await request.post()) {
      lines.push(
        typeof value === "string"
          ? `${name}=${value}`
          : `${name}: ${value.filename} ${value.contentType}, ${
            (await value.text()).length
          } characters`,
      );
    }
    return web.textResponse(lines.join("\n"));
  }),
  web.post("/mixed", async (request) => {
    const types: string[] = [];
    for await (const part of await request.multipart()) {
      types.push(part instanceof BodyPartReader ? part.contentType : "multipart");
    }
    return web.textResponse(`${request.contentType}: ${types.join(", ")}`);
  }),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

const form = new FormBody({ user: "ann" })
  .addField("report", "a,b\n1,2\n", { filename: "报告.csv", contentType: "text/csv" })
  .addField("source", await Deno.open("examples/0001_request.ts"), {
    filename: "0001_request.ts",
    contentType: "text/plain",
  });
await using response = await session.post("/form", { data: form });
console.log((await response.text()).replace(/\d{3,} characters/, "many characters"));

const mixed = new MultipartWriter("mixed");
mixed.append("hello");
mixed.appendJson({ some: "data" });
await using other = await session.post("/mixed", { data: mixed });
console.log(await other.text());

// Prints:
// user=ann
// report: 报告.csv text/csv, 8 characters
// source: 0001_request.ts text/plain, many characters
// multipart/mixed: text/plain, application/json

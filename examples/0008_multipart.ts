// deno run --allow-net=localhost --allow-read=examples examples/0008_multipart.ts
// Files in a form: FormBody for a form, MultipartWriter for any other multipart body.
// 表单里的文件：表单用 FormBody，其他 multipart 用 MultipartWriter。
import {
  BodyPartReader,
  ClientSession,
  FormBody,
  MultipartWriter,
  openFile,
  web,
} from "@roundtrip/http";

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

// openFile() tells a file's name and type; the other fields are texts.
// openFile() 带上文件名和类型；其余字段是文本。
await using short = await session.post("/form", {
  data: { user: "ann", icon: await openFile("examples/playground/public/icon.svg") },
});
console.log((await short.text()).replace(/\d+ characters/, "some characters"));

// Names and types by hand, also for text and bytes.
// 手动指定名字和类型，文本和字节也可以。
const form = new FormBody()
  .addField("report", "a,b\n1,2\n", { filename: "报告.csv", contentType: "text/csv" })
  .addField("source", await Deno.open("examples/0001_request.ts"), { filename: "first.ts" });
await using response = await session.post("/form", { data: form });
console.log((await response.text()).replace(/\d{3,} characters/, "many characters"));

const mixed = new MultipartWriter("mixed");
mixed.append("hello");
mixed.appendJson({ some: "data" });
await using other = await session.post("/mixed", { data: mixed });
console.log(await other.text());

// Prints:
// user=ann
// icon: icon.svg image/svg+xml, some characters
// report: 报告.csv text/csv, 8 characters
// source: first.ts application/octet-stream, many characters
// multipart/mixed: text/plain, application/json

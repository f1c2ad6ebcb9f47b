import { assertEquals, assertStringIncludes } from "@std/assert";
import { cli, tempDir } from "./_cli.ts";

const APP = `import { web } from "@roundtrip/http";
const schema = (convert) => ({ "~standard": {
  version: 1, vendor: "mine", validate: (value) => ({ value }), jsonSchema: { input: convert, output: convert },
} });
const User = schema(() => ({ type: "object", properties: { id: { type: "string" } } }));
const users = new web.RouteTable({ prefix: "/users" });
users.get("/{id:\\\\d+}", { query: User, response: { 200: User, 404: null } , name: "user" }, () => new Response("x"));
users.post("", { json: User, headers: User }, () => new Response("x"));
class Things extends web.View {
  get() { return new Response("x"); }
  put() { return new Response("x"); }
}
const sub = new web.Application();
sub.addRoutes([web.route("*", "/x", () => new Response("x"))]);
export const make = (args) => {
  const app = new web.Application();
  app.addRoutes([...users, web.view("/things", Things, { name: "things" })]);
  if (args[0] === "more") app.addRoutes(web.openapiRoutes(app, { info: { title: "Mine", version: "2" } }));
  app.addSubapp("/sub", sub);
  app.addDomain("*.example.com", new web.Application());
  return app;
};
export const bad = () => {
  const app = new web.Application();
  app.addRoutes([web.get("/", { query: schema(() => { throw new Error("no form") }) }, () => new Response("x"))]);
  return app;
};
`;

Deno.test("routes lists an application's routes, or prints its document", async () => {
  await using folder = await tempDir();
  await Deno.writeTextFile(`${folder.path}/app.js`, APP);
  const table = await cli(["routes", "./app.js:make"], { cwd: folder.path });
  assertEquals([table.code, table.stderr], [0, ""]);
  assertEquals(
    table.stdout,
    `METHODS   PATH           NAME       TAKES         REPLIES
GET,HEAD  /users/{id}    user       query         200,404
POST      /users                    json,headers
GET,PUT   /things        things
*         /sub/x
*         *.example.com  (its own)
`,
  );
  const document = await cli(["routes", "--openapi", "./app.js:make", "more"], {
    cwd: folder.path,
  });
  const { info, paths } = JSON.parse(document.stdout);
  assertEquals([info.title, Object.keys(paths)], ["Mine", ["/users/{id}", "/users", "/things"]]);

  const rows: readonly (readonly [args: string[], code: number, message: string])[] = [
    [["--openapi", "./app.js:bad"], 1, "Cannot describe query of GET / (mine): no form"],
    [["./app.js:none"], 2, "has no attribute 'none'"],
    [[], 2, "the following arguments are required: MODULE[:NAME]"],
    [["--opnapi", "./app.js"], 2, "--openapi"],
  ];
  for (const [args, code, message] of rows) {
    const { stderr, ...result } = await cli(["routes", ...args], { cwd: folder.path });
    assertEquals(result.code, code, stderr);
    assertStringIncludes(stderr, message);
  }
});

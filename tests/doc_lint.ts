/**
 * `deno doc --lint` of the public entries: `deno task doc:lint`. Some symbols have types of Hono,
 * which `deno doc` reports as private types.
 *
 * @module
 */

const HONO = [
  "public type 'Application.prototype.hono' references private type 'Hono'",
  "public type 'ServerRequest.prototype.hono' references private type 'Context'",
  "public type 'fromHono' references private type 'MiddlewareHandler'",
  "public type 'corsRoutes' references private type 'MiddlewareHandler'",
];

const { exports } = JSON.parse(await Deno.readTextFile("deno.json"));

const { stderr } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--lint", ...Object.values<string>(exports)],
  env: { NO_COLOR: "1" },
  stdout: "null",
  stderr: "piped",
}).output();
const text = new TextDecoder().decode(stderr);
const errors = text.split(/^(?=error\[)/m).filter((each) => each.startsWith("error["));
if (errors.length === 0 && !/^Checked/m.test(text)) throw new Error(text);
const ours = errors.filter((each) => !HONO.some((known) => each.includes(known)));
for (const each of ours) console.error(each);
if (ours.length > 0) Deno.exit(1);

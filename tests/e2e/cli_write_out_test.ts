import { assert, assertEquals } from "@std/assert";
import { assertTable, cli, hasProgram, serving, tempDir } from "./_cli.ts";

/** Facts that are the same for curl and this command. */
const SAME: readonly [
  name: string,
  path: string,
  format: string,
  curl?: string[],
  own?: string[],
][] = [
  ["codes", "/status/204", "%{http_code} %{response_code}\\n"],
  ["the reply", "/xml", "%{content_type}|%{size_download}|%{http_version}|%{method}"],
  ["an upload", "/post", "%{size_upload} %{method}", ["-d", "a=1"], ["--raw", "a=1"]],
  ["HEAD", "/get", "%{method} %{size_download} %{http_code}", ["-I"], ["-X", "HEAD"]],
  ["a redirect", "/redirect/2", "%{num_redirects} %{redirect_url} %{url}"],
  ["redirects", "/redirect/2", "%{num_redirects} %{redirect_url} %{url_effective} %{url}", ["-L"], [
    "-L",
  ]],
  ["a header", "/redirect/1", "%header{location}|%header{LOCATION}|%header{x-none}|"],
  ["the other end", "/get", "%{remote_ip} %{remote_port} %{local_ip}"],
  ["escapes", "/get", "a\\tb\\r\\n%% 100% \\x %"],
  ["without TLS", "/get", "%{time_appconnect}"],
  ["to standard error", "/get", "a%{stderr}b%{stdout}c"],
];

const curl = await hasProgram("curl");
Deno.test({
  name: `-w prints what curl prints${curl ? "" : " (needs curl)"}`,
  ignore: !curl,
  fn: async () => {
    await using server = await serving(["httpbin", "-H", "127.0.0.1"]);
    for (const [name, path, format, theirs = [], own = []] of SAME) {
      const url = `http://127.0.0.1:${server.port}${path}`;
      const { stdout, stderr } = await new Deno.Command("curl", {
        args: ["-s", "-o", "/dev/null", "-w", format, ...theirs, url],
      }).output();
      const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
      const result = await cli(["-q", "-w", format, ...own, url]);
      assertEquals(result.stdout, text(stdout), name);
      assertEquals(result.stderr.replace(/^roundtrip: warning.*\n/m, ""), text(stderr), name);
    }
  },
});

Deno.test("-w and --json-meta: times, files, errors", async () => {
  await using server = await serving(["httpbin"]);
  await using folder = await tempDir();
  const { url } = server;
  await Deno.writeTextFile(`${folder.path}/format`, "from a file %{http_code}\n");
  await assertTable([
    ["after the body", ["-w", "\\n%{http_code}", `${url}/base64/aGk=`], {
      code: 0,
      stdout: /^hi\n200$/,
    }],
    ["a format in a file", ["-q", "-w", `@${folder.path}/format`, `${url}/get`], {
      code: 0,
      stdout: "from a file 200\n",
    }],
    ["no such file", ["-w", `@${folder.path}/none`, `${url}/get`], {
      code: 64,
      stderr: /argument --write-out: cannot read \S+none/,
    }],
    ["header{NAME} with braces around it", ["-q", "-w", "%{header{content-type}}", `${url}/xml`], {
      code: 0,
      stdout: "application/xml; charset=utf-8",
    }],
    ["a request that fails", [
      "-I",
      "-w",
      "%{http_code} %{exitcode} %{errormsg}",
      "http://a.invalid/",
    ], {
      code: 1,
      stdout: /^000 1 .*host not found/,
      stderr: /host not found/,
    }],
    ["an unknown name is refused before sending", ["-w", "%{http_cod}", "http://a.invalid/"], {
      code: 64,
      stderr: /%\{http_cod\} is unknown; did you mean http_code\?/,
    }],
    ["a name like no other", ["-w", "%{zzzz}", "http://a.invalid/"], {
      code: 64,
      stderr: /known are url, .* and header\{NAME\}/,
    }],
    ["a file that cannot be written", [`--json-meta=${folder.path}/none/x`, `${url}/get`], {
      code: 1,
      stderr: /cannot write \S+none\/x/,
    }],
    ["--offline sends nothing", ["--offline", "-w", "%{http_code}", "-p", "", `${url}/get`], {
      code: 0,
    }],
  ]);
  const path = `${folder.path}/meta`;
  const saved = await cli([`--json-meta=${path}`, "-q", "-F", `${url}/redirect/1`]);
  assertEquals(saved, { code: 0, stdout: "", stderr: "" });
  const [line = "", ...none] = (await Deno.readTextFile(path)).split("\n");
  assertEquals(none, [""]);
  const meta = JSON.parse(line);
  assertEquals([meta.http_code, meta.num_redirects, meta.url_effective], [200, 1, `${url}/get`]);
  const times = ["redirect", "connect", "starttransfer", "total"].map((each) =>
    meta[`time_${each}`]
  );
  assertEquals(times.toSorted((a, b) => a - b), times);
  assert(times[0] > 0 && times[3] < 30, line);
  const own = await cli(["--json-meta", "-q", "-w", "%{json}", `${url}/get`]);
  assertEquals(JSON.parse(own.stderr), JSON.parse(own.stdout));
});

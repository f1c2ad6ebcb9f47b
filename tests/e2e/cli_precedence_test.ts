import {
  assertRow,
  assertTable,
  cli,
  type Expected,
  rawServer,
  ROUNDTRIP,
  serving,
  tempDir,
} from "./_cli.ts";

Deno.test("the command line overrides the configuration, and the last option wins", async () => {
  await using folder = await tempDir();
  await Deno.mkdir(`${folder.path}/roundtrip`);
  const env = { XDG_CONFIG_HOME: folder.path };
  const json = /"Accept: application\/json|application\/json/;
  const rows: [name: string, options: string[], args: string[], stdout: RegExp][] = [
    ["-f beats --json", ["--json"], ["-f", "a=1"], /urlencoded[^]*\r?\n\r?\na=1/],
    ["-j beats -f", ["-f"], ["-j", "a=1"], json],
    ["--multipart beats -f", ["-f"], ["--multipart", "a=1"], /multipart\/form-data/],
    ["-f beats --multipart", ["--multipart"], ["-f", "a=1"], /\r?\n\r?\na=1/],
    ["-v beats --body", ["--body"], ["-v", "a=1"], /^POST \/[^]*\{"a":"1"\}/],
    ["-b beats --headers", ["--headers"], ["-p", "B", "a=1"], /^\{"a":"1"\}\s*$/],
    ["-p beats -v", ["-v"], ["-p", "H"], /^GET \/ [^]*\r?\n\r?\n$/],
    ["-q beats -v", ["-v"], ["-q"], /^$/],
    ["-p beats -q", ["-q"], ["-p", "H"], /^GET \//],
    [
      "--default-scheme beats --https",
      ["--https"],
      ["--default-scheme", "http"],
      /Host: localhost:1\r?\n/,
    ],
    ["a header beats -H", ["--header=X-A:config"], ["X-A:own"], /^(?![^]*config)[^]*X-A: own\r?\n/],
    ["a header of -H", ["-HX-A:config"], [], /X-A: config\r?\n/],
    ["--check-status beats --no-check-status", ["--no-check-status"], ["--check-status"], /^GET/],
    ["-4 beats -6", ["-6"], ["-4"], /^GET/],
  ];
  for (const [name, options, args, stdout] of rows) {
    await Deno.writeTextFile(
      `${folder.path}/roundtrip/config.json`,
      JSON.stringify({ defaults: { options } }),
    );
    assertRow(name, await cli(["--offline", "-I", ":1/", ...args], { env }), { code: 0, stdout });
  }
});

Deno.test("-v prints each request with its response", async () => {
  await using server = rawServer({
    "/from":
      "HTTP/1.1 302 Found\r\nLocation: /to\r\nContent-Length: 5\r\nConnection: close\r\n\r\nmoved",
    "/to": "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere",
  });
  await using bin = await serving(["httpbin"]);
  const request = (path: string): string => `GET ${path} HTTP/1\\.1\n(?:[^\n]+\n)+\n`;
  const found = "HTTP/1\\.1 302 Found\n(?:[^\n]+\n)+\nmoved\\s+";
  const here = "HTTP/1\\.1 200 OK\n(?:[^\n]+\n)+\nhere";
  const from = `${server.url}/from`;
  const digest = ["-A", "digest", "-a", "u:p", `:${bin.port}/digest-auth/auth/u/p`];
  const path = "/digest-auth/auth/u/p";
  const rows: [name: string, args: string[], stdout: string][] = [
    ["a redirect", ["-v", "-F", from], `^${request("/from")}${found}${request("/to")}${here}$`],
    ["--no-all", ["-v", "--no-all", "-F", from], `^${request("/to")}${here}$`],
    ["--all", ["--all", "-F", from], "^moved\\s+here$"],
    [
      "-P",
      ["-v", "-P", "h", "-F", from],
      "^HTTP/1\\.1 302 Found\n(?:[^\n]+\n)+\n" +
      `${request("/to")}${here}$`,
    ],
    [
      "without -F",
      ["-v", "--no-check-status", from],
      `^${request("/from")}${found.trimEnd().slice(0, -3)}$`,
    ],
    [
      "digest",
      ["-v", ...digest],
      `^${request(path)}HTTP/1\\.1 401 [^]*${request(path)}HTTP/1\\.1 200 `,
    ],
    ["digest, not all", ["-p", "Hh", ...digest], `^${request(path)}HTTP/1\\.1 200 `],
  ];
  await assertTable(rows.map(([name, args, stdout]) => [
    name,
    args,
    { code: 0, stdout: new RegExp(stdout) },
  ]));
});

Deno.test("standard input and its length, by the method", async () => {
  await using folder = await tempDir();
  const mega = 1024 ** 2;
  await Deno.writeTextFile(`${folder.path}/big`, "x".repeat(3 * mega));
  const own = (args: string): string => `"$@" ${args}`;
  const sized = (size: number): Expected => ({
    code: 0,
    stdout: new RegExp(`^(?![^]*Transfer-Encoding)[^]*Content-Length: ${size}\r?\n`),
  });
  const chunked: Expected = {
    code: 0,
    stdout: /^(?![^]*Content-Length)[^]*Transfer-Encoding: chunked\r?\n/,
  };
  const without: Expected = { code: 0, stdout: /^(?![^]*Content-Type)[^]*\r?\nleft\r?\n$/ };
  const rows: [name: string, shell: string, args: string[], Expected][] = [
    ["a pipe", `printf abc | ${own("")}`, ["--offline", ":1/", "-p", "H"], sized(3)],
    [
      "a pipe of 1 MiB",
      `head -c ${mega} big | ${own("")}`,
      ["--offline", ":1/", "-p", "H"],
      sized(mega),
    ],
    [
      "a longer pipe",
      `head -c ${mega + 1} big | ${own("")}`,
      ["--offline", ":1/", "-p", "H"],
      chunked,
    ],
    ["--chunked", `printf abc | ${own("")}`, ["--offline", "--chunked", ":1/", "-p", "H"], chunked],
    ["nothing", own("< /dev/null"), ["--offline", "POST", ":1/", "-p", "H"], {
      code: 0,
      stdout: /^POST (?![^]*Content-Type)[^]*Content-Length: 0\r?\n/,
    }],
    ["-I", own(""), ["--offline", "-I", "PUT", ":1/", "-p", "H"], {
      code: 0,
      stdout: /^PUT (?![^]*Content-Type)[^]*Content-Length: 0\r?\n/,
    }],
    ...Deno.build.os === "linux"
      ? [
        ["a file", own("< big"), ["--offline", ":1/", "-p", "H"], sized(3 * mega)],
        ["the rest of a file", `{ head -c ${mega} > /dev/null; ${own("")}; } < big`, [
          "--offline",
          ":1/",
          "-p",
          "H",
        ], sized(2 * mega)],
      ] as [string, string, string[], Expected][]
      : [],
    ...["GET", "HEAD", "DELETE"].map((method): [string, string, string[], Expected] => [
      `${method} leaves a loop its list`,
      `echo left | { ${own("")}; cat; }`,
      ["--offline", method, ":1/", "-p", "H"],
      without,
    ]),
  ];
  for (const [name, shell, args, expected] of rows) {
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", shell, "sh", ...ROUNDTRIP, ...args],
      cwd: folder.path,
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    const actual = { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    assertRow(name, actual, expected);
  }
});

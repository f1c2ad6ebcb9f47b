import { assertTable } from "./_cli.ts";

Deno.test("--curl prints an equivalent command", async () => {
  const rows: [args: string[], words: string][] = [
    [["a.test?f={a,b}"], "curl -g 'http://a.test/?f={a,b}'"],
    [["a.test/x?q=[1-3]"], "curl -g 'http://a.test/x?q=[1-3]'"],
    [["http://[::1]/x"], "curl 'http://[::1]/x'"],
    [["-o", "b.txt", "a.test"], "curl http://a.test/ -H 'Accept-Encoding: identity' -L -o b.txt"],
    [["-d", "a.test/x"], "curl http://a.test/x -H 'Accept-Encoding: identity' -L -O"],
    [
      ["-d", "-o", "b.txt", "a.test/x"],
      "curl http://a.test/x -H 'Accept-Encoding: identity' -L -o b.txt",
    ],
    [["-c", "-d", "a.test/x"], "curl http://a.test/x -H 'Accept-Encoding: identity' -L -C - -O"],
    [
      ["-c", "-o", "b.txt", "a.test/x"],
      "curl http://a.test/x -H 'Accept-Encoding: identity' -L -C - -o b.txt",
    ],
    [["-F", "--max-redirects", "3", "a.test"], "curl http://a.test/ -L --max-redirs 3"],
    [
      ["--resolve", "a.test:127.0.0.1", "a.test"],
      "curl http://a.test/ --resolve a.test:80:127.0.0.1",
    ],
    [
      ["--resolve", "a.test:8443:127.0.0.1", "https://a.test:8443"],
      "curl https://a.test:8443/ --resolve a.test:8443:127.0.0.1",
    ],
    [["-4", "a.test"], "curl http://a.test/ -4"],
  ];
  await assertTable(
    rows.map(([args, words]) =>
      [args.join(" "), ["--curl", ...args], { code: 0, stdout: `${words}\n` }, {
        env: { HOME: "/nowhere" },
      }] as const
    ),
  );
});

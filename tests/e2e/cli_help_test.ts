import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../cli/specs/mod.ts";
import { examplesModule } from "../_tutorial.ts";
import { ROOT } from "../_process.ts";
import { assertTable, cli, hasProgram, ROUNDTRIP } from "./_cli.ts";

const USAGE = 64;

Deno.test("the overview, help and errors of the command line", async () => {
  await assertTable([
    ["no arguments: overview, 4.9", [], { code: 0, stdout: /^roundtrip: HTTP and WebSocket/ }],
    ["--version", ["--version"], {
      code: 0,
      stdout: /^roundtrip \d+\.\d+\.\d+ \(deno \d.*, v8 \d.*\)\n$/,
    }],
    ["-V", ["-V"], { code: 0, stdout: /^roundtrip \d/ }],
    ["--version behind others", ["-iv", ":1/", "--version"], { code: 0, stdout: /^roundtrip \d/ }],
    ["-V of a subcommand", ["ws", "-V"], { code: 0, stdout: /^roundtrip \d/ }],
    ["--help", ["--help"], { code: 0, stdout: /^usage: roundtrip \[METHOD\] URL/ }],
    ["serve --help", ["serve", "--help"], { code: 0, stdout: /MODULE\[:NAME\] \[ARGS\.\.\.\]/ }],
    ["help files", ["help", "files"], { code: 0, stdout: /curl\s+-F/ }],
    ["help of an unknown subcommand", ["help", "sevre"], {
      code: USAGE,
      stderr: 'roundtrip help: error: no subcommand "sevre"; did you mean serve?\n',
    }],
    ["unknown option, nearest one, 4.8", ["--verbos", "x"], {
      code: USAGE,
      stderr: /unknown option --verbos; did you mean --verbose\?/,
    }],
    ["unknown short option", ["-Z", "x"], { code: USAGE, stderr: /unknown option -Z;.*--help/ }],
    ["an option without its value", [":1/", "--print"], {
      code: USAGE,
      stderr: /argument --print: expected one argument/,
    }],
    ["a value of a choice", [":1/", "--pretty", "most"], {
      code: USAGE,
      stderr: /"most" is not one of all, colors, format, none/,
    }],
    ["a switch with a value", [":1/", "--form=yes"], { code: USAGE, stderr: /takes no value/ }],
    ["an invalid port", ["httpbin", "-P", "70000"], {
      code: USAGE,
      stderr: /argument --port: "70000" is not a whole number from 0 to 65535/,
    }],
    ["too many arguments", ["httpbin", "x"], { code: USAGE, stderr: /unrecognized arguments: x/ }],
    ["--generate without a kind", ["--generate"], { code: USAGE, stderr: /complete-bash/ }],
    ["--generate of another kind", ["--generate", "complete-tcsh"], {
      code: USAGE,
      stderr: /"complete-tcsh" is not one of/,
    }],
    ["a line feed in a name is shown, not obeyed", ["--a\x1b[31mb", "x"], {
      code: USAGE,
      stderr: /--a\\x1b\[31mb/,
    }],
  ]);
});

Deno.test("every help fits a screen, and every long one names every option", async () => {
  const lines = (text: string): string[] => text.trimEnd().split("\n");
  const fits = (text: string, most: number): void => {
    assert(lines(text).length <= most, `${lines(text).length} lines:\n${text}`);
    for (const line of lines(text)) assert(line.length <= 80, `${line.length} columns: ${line}`);
  };
  fits((await cli([])).stdout, 24);
  for (const spec of COMMANDS) {
    const own = spec.name === "request" ? [] : [spec.name];
    fits((await cli([...own, "--help"])).stdout, 24);
    const long = (await cli(["help", spec.name])).stdout;
    const variables = /ROUNDTRIP_(?:SERVE|FILES|HTTPBIN)_HOSTNAME\s+for\s+--hostname/;
    assertEquals(variables.test(long), spec.environment === true, spec.name);
    for (const option of spec.options) {
      if (!option.hidden) assertStringIncludes(long, `--${option.long}`);
    }
  }
});

Deno.test("each option letter has one meaning, and servers share -H and -P", () => {
  for (const spec of COMMANDS) {
    const options = [...spec.options, ...spec.refused ?? []];
    const letters = options.flatMap((each) => each.short ?? []);
    assertEquals(letters.length, new Set(letters).size, spec.name);
    const names = options.map((each) => each.long);
    assertEquals(names.length, new Set(names).size, spec.name);
    if (["init", "request", "routes", "run", "tutorial"].includes(spec.name)) continue;
    assertEquals(spec.options.find((each) => each.short === "H")?.long, "hostname", spec.name);
    assertEquals(spec.options.find((each) => each.short === "P")?.long, "port", spec.name);
  }
});

Deno.test("bash completes subcommands, options and values", async () => {
  const script = (await cli(["--generate", "complete-bash"])).stdout;
  const complete = async (...words: string[]): Promise<string[]> => {
    const list = words.map((word) => `'${word}'`).join(" ");
    const { stdout } = await new Deno.Command("bash", {
      args: [
        "-c",
        `${script}\nCOMP_WORDS=(roundtrip ${list}); COMP_CWORD=${words.length}
_roundtrip; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ],
    }).output();
    return new TextDecoder().decode(stdout).trim().split("\n");
  };
  assertEquals(await complete("se"), ["serve"]);
  assertEquals(await complete("help", "ht"), ["httpbin"]);
  assertEquals(await complete("serve", "--wo"), ["--workers"]);
  assertEquals(await complete("--pretty", "fo"), ["format"]);
  assertEquals(await complete("get", ":8080/", "--no-ch"), ["--no-check-status"]);
});

const elvish = await hasProgram("elvish");
Deno.test({
  name: `elvish completes subcommands, options and values${elvish ? "" : " (needs elvish)"}`,
  ignore: !elvish,
  fn: async () => {
    const script = (await cli(["--generate", "complete-elvish"])).stdout;
    // The editor exists only in interactive shells; it shows the function's results.
    const own = script.slice(0, script.indexOf("set edit:"));
    const complete = async (...words: string[]): Promise<string[]> => {
      const list = words.map((word) => `'${word}'`).join(" ");
      const { stdout, stderr } = await new Deno.Command("elvish", {
        args: ["-norc", "-c", `${own}\nroundtrip-words roundtrip ${list} | to-lines`],
      }).output();
      assertEquals(new TextDecoder().decode(stderr), "");
      return new TextDecoder().decode(stdout).trim().split("\n");
    };
    const first = await complete("");
    assert(first.includes("serve") && first.includes("help") && first.includes("--json"));
    const serve = await complete("serve", "--");
    assert(serve.includes("--workers") && !serve.includes("--json"), serve.join());
    assert((await complete("get", ":8080/", "-")).includes("--no-check-status"));
    assert((await complete("help", "")).includes("request"));
    assertEquals(await complete("--pretty", ""), ["all", "colors", "format", "none"]);
  },
});

Deno.test("the manual in Markdown names every option in valid tables", async () => {
  const { stdout, code } = await cli(["--generate", "man-markdown"]);
  assertEquals(code, 0);
  for (const spec of COMMANDS) {
    assertStringIncludes(stdout, `\n## ${spec.name}\n`);
    for (const option of spec.options) {
      if (!option.hidden) assertStringIncludes(stdout, `--${option.long}`);
    }
  }
  for (const line of stdout.split("\n")) {
    if (line.startsWith("|")) assertEquals(line.match(/(?<!\\)\|/g)?.length, 3, line);
  }
});

Deno.test("zsh and fish load their completions, groff the man page", async (t) => {
  const checks = [
    ["zsh", "complete-zsh", ["-f", "-c", "autoload -U compinit; compinit -u -D; . /dev/stdin"]],
    ["fish", "complete-fish", ["--no-config", "/dev/stdin"]],
    ["groff", "man", ["-man", "-Tascii", "-ww", "-z", "/dev/stdin"]],
  ] as const;
  for (const [program, kind, args] of checks) {
    const ignore = !await hasProgram(program);
    await t.step({
      name: ignore ? `${program} is not installed` : `${program} reads ${kind}`,
      ignore,
      fn: async () => {
        const { stdout } = await cli(["--generate", kind]);
        const child = new Deno.Command(program, {
          args: [...args],
          stdin: "piped",
          stdout: "null",
          stderr: "piped",
        }).spawn();
        const writer = child.stdin.getWriter();
        await writer.write(new TextEncoder().encode(stdout));
        await writer.close();
        const { code, stderr } = await child.output();
        assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
      },
    });
  }
  const fish = (await cli(["--generate", "complete-fish"])).stdout;
  assertMatch(fish, /-l on-duplicate .*'error overwrite rename'/);
  const man = (await cli(["--generate", "man"])).stdout;
  assertMatch(man, /^\.TH ROUNDTRIP 1/);
  for (const spec of COMMANDS) assertStringIncludes(man, `.SH ${spec.name.toUpperCase()}`);
});

Deno.test("the tutorial lists, prints and runs the examples", async () => {
  const text = await Deno.readTextFile(new URL("../../examples/0001_request.ts", import.meta.url));
  await assertTable([
    ["list", ["tutorial"], { code: 0, stdout: /^1 {2}0001_request/ }],
    ["print", ["tutorial", "1"], { code: 0, stdout: text }],
    ["by name", ["tutorial", "0001_request"], { code: 0, stdout: text }],
    ["run without arguments", ["tutorial", "1", "--run"], {
      code: 0,
      stderr: /^usage: 0001_request\.ts N/,
    }],
    ["run with a wrong one", ["tutorial", "1", "--run", "9"], { code: 2, stderr: /^usage: 0001/ }],
    ["no such example", ["tutorial", "9999"], { code: USAGE, stderr: /no example "9999"/ }],
    ["--run without a number", ["tutorial", "--run"], { code: USAGE, stderr: /needs the number/ }],
  ]);
});

Deno.test("the tutorial's list is that of the folder; `deno task tutorial` writes it", async () => {
  const file = new URL("../../cli/tutorial/examples.ts", import.meta.url);
  assertEquals(await Deno.readTextFile(file), examplesModule());
});

Deno.test("the version is the package's", async () => {
  const { version } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  assertStringIncludes((await cli(["--version"])).stdout, `roundtrip ${version} `);
});

Deno.test("a closed output ends the command silently", async () => {
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: [
      "-c",
      `for i in 1 2 3; do ${ROUNDTRIP.join(" ")} --generate man | true; done
      echo "\${PIPESTATUS[0]}"`,
    ],
    cwd: ROOT,
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stderr), "");
  assertMatch(decoder.decode(stdout), /^(?:0|141)\n$/);
});

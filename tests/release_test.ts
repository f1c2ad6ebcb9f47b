import { assertEquals, assertStringIncludes } from "@std/assert";
import { ROOT } from "./_process.ts";
import { hasProgram } from "./e2e/_cli.ts";

const isReady = Deno.build.os !== "windows" && await hasProgram("jq");
if (!isReady) console.log("skipped: a release needs jq and a POSIX shell");

/** The script of a step of `release.yml`, without the commands that need its host. */
function script(workflow: string, step: string): string {
  const [, block = ""] = workflow.split(`- name: ${step}\n        run: |\n`);
  const lines = block.split("\n");
  const end = lines.findIndex((line) => !line.startsWith(" ".repeat(10)));
  return lines.slice(0, end).filter((line) => !line.includes(" gh ")).join("\n");
}

Deno.test({
  name: "the first step of a release in CONTRIBUTING.md makes what release.yml asks for",
  ignore: !isReady,
  fn: async () => {
    const textOf = (name: string) => Deno.readTextFile(new URL(name, ROOT));
    const workflow = await textOf(".github/workflows/release.yml");
    const check = script(workflow, "The tag is the version of deno.json, and CHANGELOG.md has it");
    const notes = script(workflow, "A release with the text of CHANGELOG.md");
    const [steps, manifest, changes] = await Promise.all(
      ["CONTRIBUTING.md", "deno.json", "CHANGELOG.md"].map(textOf),
    );
    const { version } = JSON.parse(manifest ?? "");
    const [, heading = ""] = /`(## \d\S* - \d{4}-\d\d-\d\d)`/.exec(steps ?? "") ?? [];
    assertEquals(heading.split(" ")[1], version);
    const folder = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${folder}/build`);
      const sh = async (text: string, tag: string): Promise<boolean> => {
        const env = { GITHUB_REF_NAME: tag };
        const args = ["-e", "-c", text];
        return (await new Deno.Command("sh", { args, cwd: folder, env }).output()).success;
      };
      await Deno.writeTextFile(`${folder}/deno.json`, manifest ?? "");
      const next = "## Unreleased\n\n- Of the next version.\n\n";
      await Deno.writeTextFile(
        `${folder}/CHANGELOG.md`,
        (changes ?? "").replace("## Unreleased\n", `${next}${heading}\n`),
      );
      assertEquals(await sh(check, `v${version}`), true);
      assertEquals(await sh(check, "v9.9.9"), false);
      assertEquals(await sh(notes, `v${version}`), true);
      const text = await Deno.readTextFile(`${folder}/build/notes.md`);
      assertStringIncludes(text, "### Added\n");
      assertEquals(text.includes("Of the next version"), false);
      assertEquals(text.length < 125_000, true, "GitHub takes no longer text");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

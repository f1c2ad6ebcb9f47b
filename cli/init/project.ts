import { fill } from "../io/fill.ts";
import { VERSION } from "../io/version.ts";
import APP from "./project/app.ts.txt" with { type: "text" };
import TEST from "./project/app_test.ts.txt" with { type: "text" };
import CONFIGURATION from "./project/deno.json.txt" with { type: "text" };
import CONTAINER from "./project/Dockerfile.txt" with { type: "text" };
import IGNORED from "./project/dockerignore.txt" with { type: "text" };
import MAIN from "./project/main.ts.txt" with { type: "text" };
import WORKFLOW from "./project/test.yml.txt" with { type: "text" };

/** Deno's oldest version for this package, and its own. */
const VERSIONS = { deno: "2.9.6", version: VERSION };

/** The files of a new project by their paths. */
export const PROJECT: Readonly<Record<string, string>> = {
  "app.ts": APP,
  "main.ts": MAIN,
  "app_test.ts": TEST,
  "deno.json": fill(CONFIGURATION, VERSIONS),
  "Dockerfile": fill(CONTAINER, VERSIONS),
  ".dockerignore": IGNORED,
  ".github/workflows/test.yml": fill(WORKFLOW, VERSIONS),
};

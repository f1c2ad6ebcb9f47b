import { VERSION } from "../io/version.ts";

/** Deno's oldest version for this package. */
const DENO = "2.9.6";

// Interpolated, as these are not modules that this file imports.
const [LIBRARY, ASSERT, APP] = ['"@roundtrip/http"', '"@std/assert"', '"./app.ts"'];

/** The files of a new project by their paths. */
export const PROJECT: Readonly<Record<string, string>> = {
  "app.ts": `import { web } from ${LIBRARY};

const app = new web.Application();
app.addRoutes([
  web.get("/", () => web.textResponse("hello, world\\n")),
  web.get(
    "/users/{id:\\\\d+}",
    (request) => web.jsonResponse({ id: Number(request.matchInfo.id) }),
  ),
  web.get("/ready", web.readiness()),
]);

export default app;
`,
  "main.ts": `import { web } from ${LIBRARY};
import app from ${APP};

const host = Deno.env.get("HOST") ?? "localhost";
await web.runApp(app, { host, port: 8080, shutdownTimeout: 30_000 });
`,
  "app_test.ts": `import { assertEquals } from ${ASSERT};
import { ClientSession } from ${LIBRARY};
import app from ${APP};

const TABLE: [path: string, status: number, text: string][] = [
  ["/", 200, "hello, world\\n"],
  ["/users/7", 200, '{"id":7}'],
  ["/users/ada", 404, "404: Not Found"],
];

Deno.test("the routes answer", async () => {
  await using session = new ClientSession({ app });
  for (const [path, status, text] of TABLE) {
    await using response = await session.get(path);
    assertEquals([response.status, await response.text()], [status, text]);
  }
});
`,
  "deno.json": `{
  "tasks": {
    "dev": "deno run --watch --allow-net=localhost:8080 --allow-env=HOST main.ts",
    "start": "deno run --allow-net --allow-env=HOST main.ts",
    "test": "deno test",
    "ok": "deno fmt --check && deno lint && deno check && deno task test"
  },
  "imports": {
    "@roundtrip/http": "jsr:@roundtrip/http@^${VERSION}",
    "@std/assert": "jsr:@std/assert@^1.0.19"
  }
}
`,
  "Dockerfile": `FROM denoland/deno:${DENO}
WORKDIR /app
RUN chown deno:deno .
USER deno
COPY --chown=deno:deno . .
RUN deno install --entrypoint main.ts
ENV HOST=0.0.0.0
EXPOSE 8080
CMD ["run", "--cached-only", "--allow-net=0.0.0.0:8080", "--allow-env=HOST", "main.ts"]
`,
  ".dockerignore": ".git\n.github\n*_test.ts\n",
  ".github/workflows/test.yml": `name: Test
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: denoland/setup-deno@v2
        with:
          deno-version: ${DENO}
      - run: deno task ok
`,
};

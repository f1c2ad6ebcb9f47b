/**
 * Runs the test suite of Python's requests on `roundtrip httpbin`, and prints how many tests pass.
 *
 * ```sh
 * git clone https://github.com/psf/requests
 * python3 -m venv venv && venv/bin/pip install requests pytest pytest-mock pysocks
 * deno run -A tests/peers/requests.ts requests venv/bin/python
 * ```
 *
 * @module
 */
import { resolve } from "node:path";
import { ROOT, type Running, start } from "../_process.ts";

const [folder, python = "python3", ...words] = Deno.args;
if (folder === undefined) {
  console.error("usage: requests.ts CHECKOUT [PYTHON [OPTION OF PYTEST...]]");
  Deno.exit(2);
}
const checkout = resolve(folder);
// The suite has a localhost certificate for its own servers.
const certificates = `${checkout}/tests/certs/valid/server`;
const secure = [
  "--tls-cert",
  `${certificates}/server.pem`,
  "--tls-key",
  `${certificates}/server.key`,
];

await using plain = httpbin([]);
await using tls = httpbin([...secure, "--redirect-to", "localhost"]);
const env = {
  HTTPBIN_URL: await urlOf(plain),
  HTTPBIN_SECURE_URL: await urlOf(tls),
  HTTPBIN_CA: `${checkout}/tests/certs/expired/ca/ca.crt`,
  PYTHONPATH: `${checkout}/src:${new URL("tests/peers", ROOT).pathname}`,
};
const { stdout } = await new Deno.Command(python.includes("/") ? resolve(python) : python, {
  args: ["-m", "pytest", "-q", "-p", "roundtrip_httpbin", "-rfE", "--tb=line", "tests", ...words],
  cwd: checkout,
  env,
  stderr: "inherit",
}).output();
console.log(new TextDecoder().decode(stdout));

function httpbin(options: readonly string[]): Running {
  return start([
    Deno.execPath(),
    "run",
    "-q",
    "-A",
    "cli/main.ts",
    "httpbin",
    "-P",
    "0",
    ...options,
  ]);
}

async function urlOf(server: Running): Promise<string> {
  const [, url = ""] = await server.waitFor(/Running on (https?:\/\/[^ ,]*:\d+)/);
  return url;
}

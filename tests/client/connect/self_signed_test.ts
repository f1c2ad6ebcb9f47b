/** Self-signed certificates: errors include advice. */
import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { ClientConnectorCertificateError, ClientSession } from "@roundtrip/http";

const NAMES = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
const LEAF = ["-addext", "basicConstraints=critical,CA:FALSE"];

const makesCertificates = await new Deno.Command("openssl", { args: ["version"] }).output()
  .then(({ success }) => success, () => false);

async function selfSigned(more: readonly string[]): Promise<{ cert: string; key: string }> {
  const folder = await Deno.makeTempDir();
  const [cert, key] = [`${folder}/cert.pem`, `${folder}/key.pem`];
  const args = [
    ..."req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -keyout".split(" "),
    ...[key, "-out", cert, ...more],
  ];
  await new Deno.Command("openssl", { args, stderr: "null" }).output();
  const made = { cert: await Deno.readTextFile(cert), key: await Deno.readTextFile(key) };
  await Deno.remove(folder, { recursive: true });
  return made;
}

// Whether it is in caCerts, and the error message; null for success.
const ROWS: readonly (readonly [string, readonly string[], boolean, string | null])[] = [
  ["as openssl makes it", NAMES, false, "basicConstraints=critical,CA:FALSE"],
  ["as openssl makes it, trusted", NAMES, true, "and give it as connector.caCerts"],
  ["no authority's", [...NAMES, ...LEAF], false, "as connector.caCerts"],
  ["not of an authority, trusted", [...NAMES, ...LEAF], true, null],
  ["without names, trusted", LEAF, true, "-addext subjectAltName=DNS:localhost"],
];
for (const [name, more, isTrusted, message] of ROWS) {
  Deno.test({
    name: `a certificate that signed itself, ${name}`,
    ignore: !makesCertificates,
    async fn() {
      const { cert, key } = await selfSigned(more);
      const options = { hostname: "localhost", port: 0, cert, key, onListen() {} };
      await using server = Deno.serve(options, () => new Response("ok"));
      for (const transport of ["fetch", "sockets"] as const) {
        const caCerts = isTrusted ? [cert] : [];
        await using session = new ClientSession({ connector: { transport, caCerts }, retry: 1 });
        const result = await session.get(`https://localhost:${server.addr.port}/`)
          .then((response) => response.text(), (error) => error);
        if (message === null) assertEquals(result, "ok");
        else {
          assertInstanceOf(result, ClientConnectorCertificateError);
          assertStringIncludes(result.message, message);
        }
      }
    },
  });
}

import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { assertEquals, assertRejects } from "@std/assert";
import { parseArgs } from "../../cli/args/parse_args.ts";
import { certificatesOf } from "../../cli/connecting/certificates.ts";
import { UsageError } from "../../cli/errors/errors.ts";
import { request } from "../../cli/specs/request.ts";
import { ws } from "../../cli/specs/ws.ts";
import { CA, CERT, KEY } from "../server/_tls.ts";

Deno.test("invalid certificates and keys are refused before the request", async () => {
  const path = await Deno.makeTempDir();
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
  const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const files = {
    "ca.pem": CA,
    "cert.pem": CERT,
    "key.pem": KEY,
    "both.pem": CERT + KEY,
    "text": "no certificate",
    "damaged.pem": CERT.replace(/\n\S+\n/, "\nAAAA\n"),
    "second.pem": CA + CERT.replace(/\n\S+\n/, "\nAAAA\n"),
    "damaged-key.pem": KEY.replace(/\n\S+\n/, "\nAAAA\n"),
    "other.pem": `${other.export({ type: "pkcs8", format: "pem" })}`,
    "locked.pem": `${
      createPrivateKey(KEY).export({
        type: "pkcs8",
        format: "pem",
        cipher: "aes-256-cbc",
        passphrase: "geheim",
      })
    }`,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  const rows: [args: string, said: string][] = [
    ["--verify text", "--verify: text contains no PEM certificate"],
    ["--verify key.pem", "--verify: key.pem contains no PEM certificate"],
    ["--verify damaged.pem", "--verify: the certificate in damaged.pem is damaged"],
    ["--verify second.pem", "--verify: certificate 2 in second.pem is damaged"],
    ["--cert text", "--cert: text contains no PEM certificate"],
    ["--cert damaged.pem --cert-key key.pem", "--cert: the certificate in damaged.pem is damaged"],
    ["--cert cert.pem", "--cert: cert.pem contains no private key; add --cert-key FILE"],
    ["--cert cert.pem --cert-key text", "--cert-key: text contains no PEM private key"],
    [
      "--cert cert.pem --cert-key damaged-key.pem",
      "--cert-key: the key in damaged-key.pem is damaged",
    ],
    [
      "--cert cert.pem --cert-key other.pem",
      "--cert-key: the key in other.pem does not match the certificate in cert.pem",
    ],
    [
      "--cert cert.pem --cert-key locked.pem",
      "--cert-key: the key in locked.pem is encrypted; add --cert-key-pass PASS",
    ],
    [
      "--cert cert.pem --cert-key locked.pem --cert-key-pass other",
      "--cert-key-pass: it does not decrypt the key in locked.pem",
    ],
  ];
  const folderOf = (words: string): string[] =>
    words.split(" ").map((word) =>
      word.startsWith("-") || word === "other" ? word : `${path}/${word}`
    );
  for (const spec of [request, ws]) {
    for (const [words, said] of rows) {
      const error = await assertRejects(
        () => certificatesOf(parseArgs(spec, folderOf(words))),
        UsageError,
      );
      assertEquals(error.message.replaceAll(`${path}/`, ""), `argument ${said}`, words);
    }
  }
  for (const alone of ["--cert-key", "--cert-key-pass"]) {
    const parsed = parseArgs(request, [alone, "x"]);
    await assertRejects(() => certificatesOf(parsed), UsageError, `${alone} needs --cert`);
  }
  const parsed = parseArgs(
    request,
    [...folderOf("--cert cert.pem --cert-key locked.pem"), "--cert-key-pass", "geheim"],
  );
  const { identity } = await certificatesOf(parsed);
  assertEquals(createPrivateKey(identity?.key ?? "").equals(createPrivateKey(KEY)), true);
});

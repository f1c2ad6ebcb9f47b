import type { ParsedArgs } from "../args/parse_args.ts";
import { badArgument, UsageError } from "../errors/errors.ts";
import { askSecret } from "../io/ask_secret.ts";
import { readText } from "../io/read_text.ts";

/**
 * Reads and checks `--verify`, `--cert`, `--cert-key` and `--cert-key-pass`: `ca` is trusted besides
 * the system's, `identity` the client's certificate and its decrypted key; all in PEM form.
 */
export async function certificatesOf(parsed: ParsedArgs) {
  const how = verifyOf(parsed);
  const verify = how !== false;
  const ca = typeof how === "boolean" ? [] : [readText("verify", how)];
  for (const pem of ca) await checkCertificates("verify", `${how}`, pem);
  const path = parsed.value("cert");
  if (path === undefined) {
    const lone = (["cert-key", "cert-key-pass"] as const).find((each) => parsed.has(each));
    if (lone !== undefined) throw new UsageError(`--${lone} needs --cert`);
    return { verify, ca, identity: null };
  }
  const cert = readText("cert", path);
  await checkCertificates("cert", path, cert);
  return { verify, ca, identity: { cert, key: await keyOf(parsed, path, cert) } };
}

/** Reads `--verify`, whose words are case-insensitive as in HTTPie. */
export function verifyOf(parsed: ParsedArgs): boolean | string {
  const how = parsed.value("verify") ?? "yes";
  return /^(?:yes|true)$/i.test(how) || (!/^(?:no|false)$/i.test(how) && how);
}

/** Checks each certificate of a file: the platform skips invalid ones. */
async function checkCertificates(option: string, path: string, text: string): Promise<void> {
  const { X509Certificate } = await import("node:crypto");
  const block = /-----BEGIN ([A-Z0-9 ]*CERTIFICATE)-----[^]*?-----END \1-----/g;
  const found = text.match(block) ?? [];
  for (const [at, each] of found.entries()) {
    try {
      new X509Certificate(each);
    } catch (cause) {
      const which = found.length === 1 ? "the certificate" : `certificate ${at + 1}`;
      throw badArgument(option, `${which} in ${path} is damaged`, { cause });
    }
  }
  if (found.length > 0) return;
  throw badArgument(option, `${path} contains no PEM certificate`);
}

async function keyOf(parsed: ParsedArgs, certPath: string, cert: string): Promise<string> {
  const { createPrivateKey, createPublicKey, X509Certificate } = await import("node:crypto");
  const given = parsed.value("cert-key");
  const path = given ?? certPath;
  const text = given === undefined ? cert : readText("cert-key", given);
  const [pem, kind] = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[^]*?-----END \1-----/.exec(text) ??
    [];
  if (pem === undefined) {
    throw given === undefined
      ? badArgument("cert", `${path} contains no private key; add --cert-key FILE`)
      : badArgument("cert-key", `${path} contains no PEM private key`);
  }
  const isLocked = kind === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: 4,ENCRYPTED/m.test(pem);
  const passphrase = parsed.value("cert-key-pass") ??
    (isLocked ? askSecret(parsed, `Passphrase of ${path}: `) : null);
  if (isLocked && passphrase === null) {
    const why = `the key in ${path} is encrypted; add --cert-key-pass PASS`;
    throw badArgument("cert-key", why);
  }
  try {
    const key = createPrivateKey({
      key: pem,
      ...(isLocked ? { passphrase: passphrase ?? "" } : {}),
    });
    // Deno 2.4 has no X509Certificate.checkPrivateKey().
    const [own, others] = [createPublicKey(key), new X509Certificate(cert).publicKey]
      .map((each) => `${each.export({ type: "spki", format: "pem" })}`);
    if (own === others) return `${key.export({ type: "pkcs8", format: "pem" })}`;
  } catch (cause) {
    throw isLocked
      ? badArgument("cert-key-pass", `it does not decrypt the key in ${path}`, { cause })
      : badArgument("cert-key", `the key in ${path} is damaged`, { cause });
  }
  throw badArgument("cert-key", `the key in ${path} does not match the certificate in ${certPath}`);
}

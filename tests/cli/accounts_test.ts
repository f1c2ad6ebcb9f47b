import { assertEquals, assertThrows } from "@std/assert";
import { accountOf } from "../../cli/listening/accounts.ts";
import { UsageError } from "../../cli/errors/errors.ts";

const A = "a";

Deno.test("accounts take passwords and known digests, and refuse other hashes", () => {
  const rows: [text: string, algorithm: string | null][] = [
    ["ada:secret", "sha256"],
    ["ada:pass:word", "sha256"],
    ["ada:$ecret$", "sha256"],
    ["ada:{curly}", "sha256"],
    [`ada:${A.repeat(64)}`, "sha256"],
    [`ada:sha256:${A.repeat(64)}`, "sha256"],
    [`ada:SHA-256:${A.repeat(64)}`, "sha256"],
    [`ada:sha512:${A.repeat(128)}`, "sha512"],
    [`ada:sha512:${A.repeat(64)}`, null],
    [`ada:sha256:${A.repeat(128)}`, null],
    ["ada:sha256:secret", null],
    ["ada:sha256:", null],
    [`ada:md5:${A.repeat(32)}`, null],
    [`ada:sha1:${A.repeat(40)}`, null],
    [`ada:sha3-256:${A.repeat(64)}`, null],
    ["ada:$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC", null],
    ["ada:$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/", null],
    ["ada:{SSHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=", null],
    ["ada:argon2id:x", null],
    ["ada:", null],
    [":secret", null],
    ["ada", null],
  ];
  for (const [text, algorithm] of rows) {
    if (algorithm === null) assertThrows(() => accountOf("auth", text), UsageError, "--auth");
    else assertEquals(accountOf("auth", text).algorithm, algorithm, text);
  }
});

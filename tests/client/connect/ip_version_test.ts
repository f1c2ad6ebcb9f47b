import { isIP } from "node:net";
import { assertEquals } from "@std/assert";
import { ipVersion } from "../../../client/connect/addresses.ts";

Deno.test("ipVersion() agrees with isIP()", () => {
  const rows = [
    ...["127.0.0.1", "255.255.255.255", "256.0.0.1", "1.2.3", "1.2.3.4.", "01.2.3.4", "1.2.3.4.5"],
    ...["::", "::1", "2001:db8::1", "::ffff:1.2.3.4", "fe80::1%eth0", "1::2::3", ":::", "[::1]"],
    ...["", "localhost", "a.b:c", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "g::", "::1%", "0x7f.1", "1"],
  ];
  for (const host of rows) assertEquals(ipVersion(host), isIP(host), host);
});

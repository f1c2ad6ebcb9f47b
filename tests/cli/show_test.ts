import { assertEquals } from "@std/assert";
import { plain } from "../../cli/io/paint.ts";
import { requestHead, responseHead, type ShowOptions } from "../../cli/output/show.ts";

const SHOWN: Omit<ShowOptions, "secrets"> = {
  paint: plain,
  format: false,
  indent: 2,
  sortKeys: false,
  sortHeaders: null,
  xml: false,
  lineEnd: "\n",
  terminal: true,
};

Deno.test("printed heads hide credentials of any form", () => {
  const rows: [name: string, value: string, shown: string][] = [
    ["Authorization", "Basic YTpi", "Basic [hidden]"],
    ["Authorization", "YTpiYg==", "[hidden]"],
    ["Authorization", "k=v; w=x", "[hidden]"],
    ["X-Api-Key", "c2VjcmV0LWtleQ==", "[hidden]"],
    ["X-Api-Key", "two words", "[hidden]"],
    ["X-Auth-Token", "c2Vj=cmV0", "[hidden]"],
    ["Cookie", "a=1; b=2=3", "a=[hidden]; b=[hidden]"],
    ["Cookie", "bare; b=2", "[hidden]; b=[hidden]"],
    ["Accept", "a=1", "a=1"],
  ];
  for (const [name, value, shown] of rows) {
    const hop = {
      method: "GET",
      url: "http://localhost/",
      headers: [[name, value] as const],
    };
    const head = (secrets: boolean): string => requestHead(hop, { ...SHOWN, secrets });
    assertEquals(head(false), `GET / HTTP/1.1\n${name}: ${shown}\n\n`, value);
    assertEquals(head(true), `GET / HTTP/1.1\n${name}: ${value}\n\n`, value);
  }
});

Deno.test("printed response heads hide the values of cookies", () => {
  const rows: [value: string, shown: string][] = [
    ["sid=c2Vj==; Path=/; HttpOnly", "sid=[hidden]; Path=/; HttpOnly"],
    ["sid=", "sid=[hidden]"],
    ["bare; Secure", "[hidden]; Secure"],
  ];
  for (const [value, shown] of rows) {
    const response = {
      status: 200,
      reason: "OK",
      headers: new Headers({ "set-cookie": value }),
    };
    const head = (secrets: boolean): string => responseHead(response, { ...SHOWN, secrets });
    assertEquals(head(false), `HTTP/1.1 200 OK\nSet-Cookie: ${shown}\n\n`, value);
    assertEquals(head(true), `HTTP/1.1 200 OK\nSet-Cookie: ${value}\n\n`, value);
  }
});

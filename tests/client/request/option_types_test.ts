/** Types of options; `deno check` is half of these tests. */
import { assertEquals } from "@std/assert";
import {
  ClientSession,
  CookieJar,
  FormBody,
  MultipartWriter,
  request,
  type RequestOptions,
  type SessionOptions,
} from "@roundtrip/http";

interface Page {
  page: number;
  tags: string[];
  filter?: string;
}
const page: Page = { page: 2, tags: ["a", "b"] };
const app = {
  fetch: async (r: Request) =>
    Response.json([new URL(r.url).search, await r.text(), Object.fromEntries(r.headers)]),
};
type Seen = [search: string, body: string, headers: Record<string, string>];

Deno.test("an interface is accepted by params and data", async () => {
  await using session = new ClientSession({ app });
  await using posted = await session.post("/", { params: page, data: page });
  const query = "page=2&tags=a&tags=b";
  assertEquals((await posted.json<Seen>()).slice(0, 2), [`?${query}`, query]);
  await using asked = await session.request("GET", "/", { params: page });
  assertEquals((await asked.json<Seen>())[0], `?${query}`);
  await using alone = await request("GET", "http://h/", { app, params: page });
  assertEquals((await alone.json<Seen>())[0], `?${query}`);
});

/** Never called: checks that these are type errors. */
export async function refused(session: ClientSession): Promise<void> {
  // @ts-expect-error: a nested object in a query
  await session.get("/", { params: { a: { b: 1 } } });
  // @ts-expect-error: a nested object in a form
  await session.post("/", { data: { a: { b: 1 } } });
  // @ts-expect-error: a number is not a body
  await session.post("/", { data: 1 });
  // @ts-expect-error: a promise is not a body
  await session.post("/", { data: Promise.resolve("x") });
  // @ts-expect-error: it is `data`
  await session.post("/", { params: page, body: "x" });
}

/** Each option as undefined. */
type Undefined<T> = { readonly [Name in keyof Required<T>]: undefined };
/** Options of a session that a request can set as well. */
const SHARED = {
  headers: undefined,
  skipAutoHeaders: undefined,
  auth: undefined,
  timeout: undefined,
  middlewares: undefined,
  retry: undefined,
  proxy: undefined,
  raiseForStatus: undefined,
  autoDecompress: undefined,
  maxDecodedSize: undefined,
  maxBodySize: undefined,
} as const;
const REQUEST: Undefined<RequestOptions> = {
  ...SHARED,
  params: undefined,
  encoded: undefined,
  data: undefined,
  json: undefined,
  compress: undefined,
  cookies: undefined,
  expect100: undefined,
  allowRedirects: undefined,
  maxRedirects: undefined,
  traceContext: undefined,
  signal: undefined,
  onUploadProgress: undefined,
  onDownloadProgress: undefined,
};
const SESSION: Omit<Undefined<SessionOptions>, "app"> = {
  ...SHARED,
  baseUrl: undefined,
  cookies: undefined,
  cookieJar: undefined,
  jsonSerialize: undefined,
  fallbackCharsetResolver: undefined,
  connector: undefined,
  transport: undefined,
  trustEnv: undefined,
  traceConfigs: undefined,
};

Deno.test("every option accepts undefined, which means its default", async () => {
  await using session = new ClientSession({ ...SESSION, app });
  await using full = await session.get("/", REQUEST);
  await using plain = await new ClientSession({ app }).get("/");
  assertEquals(await full.json(), await plain.json());
  const timeout = { total: undefined, connect: undefined, sockRead: undefined };
  const jar = { unsafe: undefined, treatAsSecureOrigin: undefined, quoteCookie: undefined };
  await using third = await session.get("/", { timeout });
  assertEquals([third.status, new CookieJar(jar).size], [200, 0]);
  const part = { name: undefined, filename: undefined, contentType: undefined };
  const writer = new MultipartWriter("mixed", { boundary: "X" }).appendJson(1, part);
  const form = new FormBody({}, { boundary: undefined, defaultToMultipart: undefined })
    .addField("a", "1", { filename: undefined, contentType: undefined });
  await using sent = await session.post("/", { data: writer });
  await using fields = await session.post("/", { data: form });
  const text = (await sent.json<Seen>())[1];
  assertEquals([/application\/json/i.test(text), (await fields.json<Seen>())[1]], [true, "a=1"]);
});

Deno.test("an undefined header is omitted, the session's is sent", async () => {
  await using session = new ClientSession({ app, headers: { "x-a": "1", "x-b": undefined } });
  await using response = await session.get("/", {
    headers: { "x-a": undefined, "x-c": undefined },
  });
  const [, , headers] = await response.json<Seen>();
  assertEquals([headers["x-a"], headers["x-b"], headers["x-c"]], ["1", undefined, undefined]);
});

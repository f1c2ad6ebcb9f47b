// Proxy handshakes: CONNECT (RFC 9110 section 9.3.6) and SOCKS 5 (RFC 1928, 1929).
import { nameErrors } from "../../http/as_error.ts";
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import { headEnd, parseReplyHead, type ReplyHead } from "../../http/http1/head.ts";
import { DEFAULT_HEAD_LIMITS } from "../../http/http1/head_rules.ts";
import { addressBytes, ipVersion, percentDecoded } from "./addresses.ts";
import { utf8Base64 } from "../hop/basic_auth.ts";

/** `Proxy-Authorization` with the credentials in a proxy's URL (RFC 7617), `null` without any. */
export function proxyAuthorization(proxy: URL): string | null {
  const { username, password } = proxy;
  if (username === "" && password === "") return null;
  return `Basic ${utf8Base64(`${percentDecoded(username)}:${percentDecoded(password)}`)}`;
}

const MAX_INTERIM = 32; // 1xx responses to CONNECT

async function readBytes(stream: ByteStream, count: number): Promise<Uint8Array> {
  const whole = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const read = await stream.read(whole.subarray(at));
    if (read === null) throw new Error("it closed the connection");
    at += read;
  }
  return whole;
}

/** Reads a head byte by byte: nothing may be read ahead before TLS starts. */
async function readHead(stream: ByteStream): Promise<ReplyHead> {
  const bytes = new Uint8Array(DEFAULT_HEAD_LIMITS.maxHeadSize + 1);
  for (let end = 1;; end++) {
    bytes.set(await readBytes(stream, 1), end - 1);
    const found = headEnd(bytes.subarray(0, end), 0, end - 1, end);
    if (found !== -1) return parseReplyHead(bytes, 0, found);
  }
}

/** The proxy did not establish a connection. */
export class ProxyError extends Error {
  /** Status of the response to CONNECT, `null` without one. */
  readonly status: number | null;

  constructor(message: string, status: number | null = null, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

nameErrors({ ProxyError });

/** Requests a connection to a host. Bytes after the handshake are not read. */
export async function proxyHandshake(
  proxy: URL,
  target: ProxyTarget,
  stream: ByteStream,
): Promise<void> {
  await (proxy.protocol.startsWith("socks") ? socks : httpConnect)(proxy, target, stream);
}

type ProxyTarget = { readonly host: string; readonly port: number };

async function httpConnect(proxy: URL, { host, port }: ProxyTarget, stream: ByteStream) {
  const name = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const auth = proxyAuthorization(proxy);
  await stream.write(
    new TextEncoder().encode(
      `CONNECT ${name} HTTP/1.1\r\nHost: ${name}\r\n` +
        `${auth === null ? "" : `Proxy-Authorization: ${auth}\r\n`}\r\n`,
    ),
  );
  let head = await readHead(stream);
  for (let n = 0; head.status < 200 && n < MAX_INTERIM; n++) head = await readHead(stream);
  const { status, reason } = head;
  if (status >= 200 && status < 300) return;
  const advice = status === 407 ? "; it wants credentials, http://user:password@host" : "";
  const answer = `${`${status} ${reason}`.trim()} to CONNECT ${name}${advice}`;
  throw new ProxyError(`the proxy ${proxy.host} answered ${answer}`, status);
}

// RFC 1928 section 6.
const SOCKS_ERRORS = [
  "",
  "it failed",
  "its rules forbid it",
  "the network is unreachable",
  "the host is unreachable",
  "the connection was refused",
  "the time to live ran out",
  "it does not know the command",
  "it does not know this kind of address",
];

async function socks(proxy: URL, { host, port }: ProxyTarget, stream: ByteStream): Promise<void> {
  const user = new TextEncoder().encode(percentDecoded(proxy.username));
  const password = new TextEncoder().encode(percentDecoded(proxy.password));
  checkLength(proxy, "user", user);
  checkLength(proxy, "password", password);
  const named = user.length > 0 || password.length > 0;
  await stream.write(Uint8Array.from(named ? [5, 2, 0, 2] : [5, 1, 0]));
  const [version, method] = await readBytes(stream, 2);
  if (version !== 5) throw new ProxyError(`the proxy ${proxy.host} does not talk SOCKS 5`);
  if (method === 2 && named) {
    await stream.write(Uint8Array.from([1, user.length, ...user, password.length, ...password]));
    const [, status] = await readBytes(stream, 2);
    if (status !== 0) throw new ProxyError(`the proxy ${proxy.host} refused the credentials`);
  } else if (method !== 0) {
    throw new ProxyError(
      `the proxy ${proxy.host} wants credentials; socks5://user:password@host gives them`,
    );
  }
  const address = socksAddress(proxy, host);
  await stream.write(Uint8Array.from([5, 1, 0, ...address, port >> 8, port & 255]));
  const [, status = 1, , kind] = await readBytes(stream, 4);
  if (status !== 0) {
    const why = SOCKS_ERRORS[status] ?? `error ${status}`;
    throw new ProxyError(`the proxy ${proxy.host} cannot connect to ${host}:${port}: ${why}`);
  }
  const [length = 0] = kind === 3 ? await readBytes(stream, 1) : [kind === 4 ? 16 : 4];
  await readBytes(stream, length + 2);
}

/** RFC 1928 section 5 and RFC 1929 section 2: a length is one byte. */
function checkLength(proxy: URL, what: string, bytes: Uint8Array): void {
  if (bytes.length <= 255) return;
  throw new ProxyError(
    `the proxy ${proxy.host} cannot be asked: the ${what} is ${bytes.length} bytes, SOCKS takes 255`,
  );
}

function socksAddress(proxy: URL, host: string): number[] {
  const kind = ipVersion(host);
  if (kind === 0) {
    const name = new TextEncoder().encode(host);
    checkLength(proxy, "name of the host", name);
    return [3, name.length, ...name];
  }
  return [kind === 4 ? 1 : 4, ...addressBytes(host)];
}

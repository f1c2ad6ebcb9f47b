/**
 * Tables that a task measures and writes into a document, in English and in Chinese.
 * @module
 */
import { ROOT, run } from "./_process.ts";

const TABLE = /<!-- table -->[^]*<!-- end -->/;

/** Words of the tables in Chinese: those of whole cells, then patterns within a cell. */
const CELLS: Readonly<Record<string, string>> = {
  feature: "功能",
  works: "可用",
  "throws `NotSupportedError`": "抛出 `NotSupportedError`",
  "not tried": "未试",
  "requests, JSON": "请求，JSON",
  "paths with variables": "带变量的路径",
  "forms and files": "表单和文件",
  "streaming multipart": "流式 multipart",
  "cookies and encrypted sessions": "Cookie 和加密会话",
  redirects: "重定向",
  "streamed responses": "流式响应",
  "server-sent events": "服务端事件",
  "Hono's middlewares": "Hono 的中间件",
  timeouts: "时限",
  "HTTP cache": "HTTP 缓存",
  listening: "监听",
  "listening by `web.denoEngine`": "用 `web.denoEngine` 监听",
  "listening by `web.socketEngine`": "用 `web.socketEngine` 监听",
  "WebSockets of both sides": "双方的 WebSocket",
  "static files, ranges": "静态文件，Range",
  "uploads to files": "上传存成文件",
  "resumable uploads": "断点续传",
  "downloads to files": "下载存成文件",
  "a program, an unhandled rejection": "程序，未处理的拒绝",
  "graceful stop": "有序停止",
  attack: "攻击",
  "the same, compiled": "同左，编译后",
  "heads a byte at a time": "一次一个字节的请求头",
  "connections that say nothing, or nothing more": "什么都不发，或发到一半停下的连接",
  "bodies that stop": "发到一半停下的正文",
  "bodies a byte in 1.5 s": "每 1.5 s 一个字节的正文",
  "clients that never read 8 MiB": "从不读取 8 MiB 响应的客户端",
  "clients that never read an endless StreamResponse": "从不读取没有尽头的 StreamResponse 的客户端",
  "half-closed clients get their answer": "半关闭的客户端得到响应",
  "clients that write 4 MiB before they read their 413": "先写完 4 MiB 再去读 413 的客户端",
  "an endless head": "没有尽头的请求头",
  "an endless request line": "没有尽头的请求行",
  "endless trailers": "没有尽头的尾部字段",
  "an endless chunk extension": "没有尽头的分块扩展",
  "chunks of a byte without end": "没完没了的一字节分块",
  "pipelining behind a slow handler": "处理器还在忙，客户端不停地流水线发送",
  "400 connections at `ulimit -n 256`": "`ulimit -n 256` 时的 400 个连接",
  "connections beyond the 1,200 of an address": "一个地址超出 1,200 个的连接",
  "WebSocket fragments without end": "没完没了的 WebSocket 分片",
  "WebSocket frames that announce 64 MiB and 2^63 bytes":
    "声称有 64 MiB 和 2^63 字节的 WebSocket 帧",
  "WebSocket frames without a mask": "没有掩码的 WebSocket 帧",
  "a flood of pings whose pongs are never read": "大量的 ping，从不读取 pong",
  "WebSockets that never read what is sent to them": "从不读取的 WebSocket 对端",
  "a WebSocket that is silent after our close": "我方关闭后不作声的 WebSocket",
  "WebSockets opened and cut, one after the other": "一个接一个打开又切断的 WebSocket",
  "Autobahn 1 to 7, 9, 10 as frames": "Autobahn 1 至 7、9、10，逐帧",
  "exchanges broken off at any byte": "在任意字节处中断的往来",
  "signals of handlers whose client has left": "客户端离开后，处理器的信号",
  "SIGTERM under load": "负载下的 SIGTERM",
  "kill -9 while files and sessions are written": "写文件和会话时 kill -9",
  "mutated requests through nginx, by connections that all share":
    "经 nginx 的变异请求，走大家共用的连接",
  "not measured": "未测",
  "no nginx": "没有 nginx",
  "no redis-server": "没有 redis-server",
};

const PATTERNS: readonly (readonly [pattern: RegExp, chinese: string])[] = [
  [/^in process: /, "进程内："],
  [/^network: /, "网络："],
  [/^server: /, "服务端："],
  [/^client: /, "客户端："],
  [/^Autobahn 12 and 13, /, "Autobahn 12 和 13，"],
  [/^(\d+) raw requests by the RFCs/, "按 RFC 的 $1 个原始请求"],
  [/^failed: /, "失败："],
  [
    /^(\d+) of (\d+) answered, (\d+) of (\d+) WebSockets told 1001, exit (\d+) after (\d+) ms/,
    "$1/$2 个得到响应，$3/$4 个 WebSocket 得知 1001，$6 ms 后以 $5 退出",
  ],
  [
    /^(\d+) broken off: (\d+) descriptors, (\d+) files, (\d+) handlers left/,
    "中断 $1 次：遗留描述符 $2 个，文件 $3 个，处理器 $4 个",
  ],
  [
    /^(\d+) times: (\d+) torn files, (\d+) lost, (\d+) torn sessions, (\d+) temporary files left/,
    "$1 次：残缺的文件 $2 个，丢失 $3 个，残缺的会话 $4 个，遗留临时文件 $5 个",
  ],
  [/^(\d+) requests, (\d+) others with a wrong answer/, "$1 个请求，其他人得到错误响应 $2 个"],
  [/^serves again after (\d+) ms/, "$1 ms 后恢复服务"],
  [/^serves no more/, "不再服务"],
  [/, the request under way is answered$/, "，进行中的请求得到响应"],
  [/, the request under way is lost$/, "，进行中的请求丢失"],
  [/^none of (\d+) got 408 and a closed socket/, "$1 个都没有得到 408 并关闭"],
  [/^(\d+) of (\d+) got 408 and a closed socket in (\d+) ms/, "$1/$2 个在 $3 ms 内得到 408 并关闭"],
  [/^none of (\d+) closed/, "$1 个都没有关闭"],
  [/^(\d+) of (\d+) closed in (\d+) ms/, "$1/$2 个在 $3 ms 内关闭"],
  [/^(\d+) of (\d+) closed with 1009/, "$1/$2 个以 1009 关闭"],
  [/, 2\^63 with nothing/, "，2^63 的不关闭"],
  [/, 2\^63 with (\d+)/, "，2^63 的以 $1 关闭"],
  [/^(\d+) of (\d+) open after (\d+) ms/, "$3 ms 后 $1/$2 个还开着"],
  [/^(\d+) of ([\d,]+) held/, "保持 $1/$2 个"],
  [/^(\d+) of (\d+) left/, "剩下 $1/$2 个"],
  [/^(\d+) of (\d+) see it/, "$1/$2 个看到"],
  [/^(\d+) of (\d+) abort/, "$1/$2 个中止"],
  [/^(\d+) of (\d+) as they should be/, "$1/$2 个结果正确"],
  [/^(\d+) of (\d+)$/, "$1/$2 个"],
  [/^no answer after ([\d.]+) MiB/, "发送 $1 MiB 后没有响应"],
  [/^no close frame after (\d+) MiB/, "发送 $1 MiB 后没有关闭帧"],
  [/^no close frame/, "没有关闭帧"],
  [/^(\d+) after ([\d.]+) MiB/, "发送 $2 MiB 后得到 $1"],
  [/^([\d.]+) MiB taken/, "收下 $1 MiB"],
  [/; others wait ([\d.]+) ms \(([\d.]+) without\)/, "；其他请求等待 $1 ms（平时 $2）"],
  [/, \+(\d+) MiB/, "，+$1 MiB"],
];

/** A cell of a table in Chinese; words that are not known stay as they are. */
export function inChinese(cell: string): string {
  const whole = CELLS[cell];
  if (whole !== undefined) return whole;
  let text = cell;
  for (const [pattern, chinese] of PATTERNS) text = text.replace(pattern, chinese);
  const [, kind = "", rest = ""] = /^(.+?：)(.+)$/.exec(text) ?? [];
  return kind === "" ? text : kind + (CELLS[rest] ?? rest);
}

/** The rows of a document's table between its comments, the head first. */
export function tableIn(text: string): string[][] {
  const lines = (TABLE.exec(text)?.[0] ?? "").split("\n").filter((line) => line.startsWith("|"));
  lines.splice(1, 1);
  return lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

/** Writes rows, the head first, into a document of docs/ and its Chinese version. */
export async function writeTable(
  name: string,
  rows: readonly (readonly string[])[],
): Promise<void> {
  const translated = rows.map((cells) => cells.map(inChinese));
  for (const [path, table] of [[`docs/${name}`, rows], [`docs/zh/${name}`, translated]] as const) {
    const lines = table.map((cells) => `| ${cells.join(" | ")} |`);
    lines.splice(1, 0, `|${" --- |".repeat(table[0]?.length ?? 0)}`);
    const written = `<!-- table -->\n\n${lines.join("\n")}\n\n<!-- end -->`;
    const file = new URL(path, ROOT);
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace(TABLE, () => written));
    const { code, stderr } = await run([Deno.execPath(), "fmt", "-q", path]);
    if (code !== 0) throw new Error(stderr);
  }
}

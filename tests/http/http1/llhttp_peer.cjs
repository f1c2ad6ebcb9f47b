// Reads messages, one JSON line each, and says what Node's llhttp makes of them.
"use strict";
process.noDeprecation = true;
const { HTTPParser } = process.binding("http_parser");

function outcomeOf({ method, message, closes }) {
  const parser = new HTTPParser();
  const isReply = method !== null;
  parser.initialize(isReply ? HTTPParser.RESPONSE : HTTPParser.REQUEST, {});
  const headers = [];
  let first = "";
  let body = "";
  let done = false;
  const add = (list) => {
    for (let at = 0; at < list.length; at += 2) headers.push([list[at], list[at + 1]]);
  };
  let seenHead = false;
  const trailers = [];
  parser[HTTPParser.kOnHeaders | 0] = (list) => {
    if (done) return;
    if (!seenHead) return add(list);
    for (let at = 0; at < list.length; at += 2) trailers.push([list[at], list[at + 1]]);
  };
  parser[HTTPParser.kOnHeadersComplete | 0] = (_major, minor, list, verb, url, status, reason) => {
    if (done) return 0;
    seenHead = true;
    if (list) add(list);
    first = isReply
      ? `${minor} ${status} ${reason}`
      : `${HTTPParser.methods?.[verb] ?? verb} ${url} ${minor}`;
    return isReply && method === "HEAD" ? 1 : 0;
  };
  parser[HTTPParser.kOnBody | 0] = (bytes) => {
    if (!done) body += bytes.toString("latin1");
  };
  parser[HTTPParser.kOnMessageComplete | 0] = () => {
    done = true;
  };
  const bytes = Buffer.from(message, "latin1");
  let at = 0;
  for (; at < bytes.length && !done; at++) {
    const got = parser.execute(bytes.subarray(at, at + 1));
    if (got instanceof Error && !done) return { refused: got.code };
  }
  if (!done && closes) {
    const got = parser.finish();
    if (got instanceof Error && !done) return { refused: got.code };
  }
  if (!done) return { incomplete: true };
  return { first, headers, body, trailers, rest: bytes.subarray(at).toString("latin1") };
}

const lines = require("node:readline").createInterface({ input: process.stdin });
let answers = "";
lines.on("line", (line) => {
  answers += JSON.stringify(outcomeOf(JSON.parse(line))) + "\n";
});
lines.on("close", () => process.stdout.write(answers));

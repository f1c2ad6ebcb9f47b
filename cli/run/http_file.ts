// `.http` files as editors know them: VS Code's REST Client, JetBrains, httpyac.
import { parseCheck, parseQuery } from "./check.ts";
import { badLine, durationOf, type Entry, newEntry, type RequestFile } from "./entry.ts";

const TAGS_OF_EDITORS =
  /^(?:no-log|no-stream|no-auto-encoding|title|description|note|debug|import|extension)$/;
const CAPTURE =
  /^client\.global\.set\(\s*["']([\w.-]+)["']\s*,\s*response\.(body|headers)(.*)\)\s*;?$/;

/** Parses a file, whose requests begin after lines with `###`; one may also be a raw message. */
export function parseHttpFile(path: string, text: string): RequestFile {
  const variables = new Map<string, string>();
  const entries: Entry[] = [];
  let start = 0;
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (let at = 0; at <= lines.length; at++) {
    if (at < lines.length && !lines[at]?.startsWith("###")) continue;
    const entry = new EntryParser(path, variables).parse(lines.slice(start, at), start);
    if (entry !== null) entries.push(entry);
    start = at;
  }
  return { path, variables, entries };
}

/** Reads the lines of one request, from its `###` on. */
class EntryParser {
  readonly #path: string;
  readonly #variables: Map<string, string>;
  #entry = newEntry(0, true);
  /** The part of the request that the next line belongs to. */
  #part: "start" | "url" | "head" | "body" = "start";
  #body: { readonly text: string; readonly line: number }[] = [];
  #script: string[] | null = null;

  constructor(path: string, variables: Map<string, string>) {
    this.#path = path;
    this.#variables = variables;
  }

  parse(lines: readonly string[], first: number): Entry | null {
    let line = first;
    for (const text of lines) {
      line++;
      try {
        this.#line(text, line);
      } catch (cause) {
        if (!(cause instanceof SyntaxError)) throw cause;
        throw badLine(this.#path, line, cause.message);
      }
    }
    if (this.#script !== null) throw badLine(this.#path, line, "the script has no end: %}");
    if (this.#part === "start") return null;
    this.#addBody();
    return this.#entry;
  }

  #line(text: string, line: number): void {
    if (this.#script !== null) return this.#scriptLine(text);
    if (text.startsWith("###")) {
      this.#entry.title = text.slice(3).trim();
      return;
    }
    if (/^\?\?/.test(text) && this.#part !== "start") {
      this.#entry.checks.push(parseCheck(text.slice(2).trim(), line));
      return;
    }
    const script = /^>\s*\{%(.*)$/.exec(text);
    if (script !== null && this.#part !== "start") {
      this.#script = [];
      return this.#scriptLine(script[1] ?? "");
    }
    if (/^(?:<\s*\{%|>>?!?\s*\S|\{\{\s*$)/.test(text)) {
      throw new SyntaxError(
        "scripts and files for replies are not supported; take values from replies by " +
          "@token = {{login.response.body.token}}, check them by ?? status == 200",
      );
    }
    if (this.#part === "body") {
      if (!/^<>/.test(text)) this.#body.push({ text, line }); // <> names a reply of an editor
      return;
    }
    if (text.trim() === "") {
      if (this.#part !== "start") this.#part = "body";
      return;
    }
    const comment = /^\s*(?:#|\/\/)\s*(.*)$/.exec(text);
    if (comment !== null) return this.#comment(comment[1] ?? "");
    if (this.#part === "start") this.#startLine(text, line);
    else if (this.#part === "url" && /^\s+\S/.test(text)) this.#entry.url += text.trim();
    else this.#header(text);
  }

  #comment(text: string): void {
    const [, tag = "", value = ""] = /^@([\w-]+)(?:\s+(.*?))?\s*$/.exec(text) ?? [];
    const entry = this.#entry;
    if (tag === "name") {
      if (!/^[\w-]+$/.test(value)) throw new SyntaxError(`"${value}" is not a name for a request`);
      entry.name = value;
    } else if (tag === "prompt") {
      const [, name = "", shown = ""] = /^(\S+)\s*(.*)$/.exec(value) ?? [];
      if (name === "") throw new SyntaxError("@prompt needs the name of a variable");
      entry.prompts.push({ name, text: shown === "" ? name : shown });
    } else if (tag === "no-redirect") entry.follow = false;
    else if (tag === "no-cookie-jar") entry.cookies = false;
    else if (tag === "timeout") entry.timeout = durationOf(value);
    else if (/^(?:ref|forceRef|loop|disabled|sleep|grpc|jwt)$/.test(tag)) {
      const advice = /ref/i.test(tag) ? "; a request that is referred to is sent first anyway" : "";
      throw new SyntaxError(`@${tag} is not supported${advice}`);
    } else if (tag !== "" && !TAGS_OF_EDITORS.test(tag) && value === "") {
      throw new SyntaxError(`unknown @${tag}`);
    }
  }

  #startLine(text: string, line: number): void {
    const [, variable, value = ""] = /^@([\w.-]+)\s*=\s*(.*?)\s*$/.exec(text) ?? [];
    if (variable !== undefined) {
      this.#variables.set(variable, value);
      return;
    }
    const [, method = "GET", url = ""] =
      /^(?:([A-Za-z][\w-]*)\s+)?(\S.*?)(?:\s+HTTP\/[\d.]+)?\s*$/.exec(text) ?? [];
    if (/^(?:GRAPHQL|GRPC|WEBSOCKET|WS|SSE|RSOCKET)$/i.test(method)) {
      const advice = /^W/i.test(method) ? "; use roundtrip ws" : "";
      throw new SyntaxError(`${method} requests are not supported${advice}`);
    }
    if (!/\{\{|[./:]/.test(url)) throw new SyntaxError(`"${text}" is not METHOD URL`);
    Object.assign(this.#entry, { method: method.toUpperCase(), url, line });
    this.#part = "url";
  }

  #header(text: string): void {
    const [, name = "", value = ""] = /^([!#$%&'*+\-.^_`|~\w{}]+)\s*:\s*(.*?)\s*$/.exec(text) ?? [];
    if (name === "") throw new SyntaxError(`"${text}" is not a header; a body needs an empty line`);
    this.#entry.headers.push([name, value]);
    this.#part = "head";
  }

  /** The scripts of JetBrains' editors that only keep a value; no other is run. */
  #scriptLine(text: string): void {
    const end = text.indexOf("%}");
    this.#script?.push(end === -1 ? text : text.slice(0, end));
    if (end === -1) return;
    for (const each of (this.#script ?? []).map((line) => line.trim())) {
      if (each === "" || each.startsWith("//")) continue;
      const [, name, part, rest = ""] = CAPTURE.exec(each) ?? [];
      const header = /^\.valueOf\(\s*["']([^"']+)["']\s*\)$/.exec(rest)?.[1];
      if (name === undefined || (part === "headers" && header === undefined)) {
        throw new SyntaxError(
          `the script "${each}" is not run; write ?? status == 200 for an assertion, or ` +
            'client.global.set("token", response.body.token) to keep a value',
        );
      }
      const query = part === "headers" ? `header "${header}"` : `jsonpath "$${rest}"`;
      this.#entry.captures.push({ name, query: parseQuery(query) });
    }
    this.#script = null;
  }

  #addBody(): void {
    const { headers, body } = this.#entry;
    const lines = this.#body;
    while (lines.at(-1)?.text.trim() === "") lines.pop();
    const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
    const isForm = /^application\/x-www-form-urlencoded/i.test(type);
    // RFC 2046 section 5.1.1: lines of a multipart body end with CR LF.
    const isMultipart = /^multipart\//i.test(type);
    const lineEnd = isForm ? "" : isMultipart ? "\r\n" : "\n";
    for (const [at, { text }] of lines.entries()) {
      const [, replaced, path] = /^<(@\S*)?\s+(\S.*?)\s*$/.exec(text) ?? [];
      const isLast = at === lines.length - 1;
      if (path !== undefined) body.push({ path, replaced: replaced !== undefined });
      else body.push({ text: isForm ? text.trim() : text });
      if (!isLast || isMultipart) body.push({ text: lineEnd });
    }
  }
}

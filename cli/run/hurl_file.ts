// The simple part of Hurl's format: requests, sections, captures, assertions.
import { parseCheck, parseQuery } from "./check.ts";
import { badLine, durationOf, type Entry, newEntry, type RequestFile } from "./entry.ts";

const REQUEST = /^([A-Z]+)\s+((?:https?:\/\/|\{\{)\S*)\s*$/;
const RESPONSE = /^HTTP(?:\/([\d.]+))?\s+(\d{3}|\*)\s*$/;
const OTHER_BODY = /^(?:base64|hex|file),|^`|^</;

/** Parses a file. A word or section that is not supported is an error, never skipped. */
export function parseHurlFile(path: string, text: string): RequestFile {
  const entries: Entry[] = [];
  let entry: Entry | null = null;
  let section = "";
  let isReply = false;
  let fence: { readonly line: number } | null = null;
  let body: string[] = [];
  const finish = (): void => {
    if (entry === null || body.length === 0) return;
    while (body.at(-1)?.trim() === "") body.pop();
    entry.body.push({ text: body.join("\n") });
    body = [];
  };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const bad = (why: string): Error => badLine(path, line, why);
    if (fence !== null) {
      if (raw.startsWith("```")) fence = null;
      else body.push(raw);
      continue;
    }
    const request = REQUEST.exec(raw);
    const response = RESPONSE.exec(raw);
    const named = /^\[(\w+)\]\s*(?:#.*)?$/.exec(raw)?.[1];
    if (request !== null) {
      finish();
      const [, method = "", url = ""] = request;
      entry = Object.assign(newEntry(line, false), { method, url });
      entries.push(entry);
      [section, isReply] = ["", false];
      continue;
    }
    if (body.length > 0 && response === null && named === undefined) {
      body.push(raw);
      continue;
    }
    if (raw.trim() === "" || raw.startsWith("#")) continue;
    if (entry === null) throw bad(`"${raw}" is not METHOD URL`);
    if (response !== null) {
      finish();
      [section, isReply] = ["", true];
      const [, version, status = "*"] = response;
      if (version !== undefined) entry.checks.push(parseCheck(`version == "${version}"`, line));
      if (status !== "*") entry.checks.push(parseCheck(`status == ${status}`, line));
      continue;
    }
    if (named !== undefined) {
      finish();
      section = named;
      const known = isReply ? /^(?:Captures|Asserts)$/ : SECTIONS;
      if (!known.test(named)) throw bad(`the section [${named}] is not supported`);
      continue;
    }
    try {
      if (section !== "") sectionLine(entry, section, raw, line);
      else if (raw.startsWith("```")) fence = { line };
      else if (/^[[{]/.test(raw) && !isReply) body.push(raw);
      else if (/^`.*`$/.test(raw) && !isReply) entry.body.push({ text: raw.slice(1, -1) });
      else if (/^file,.*;$/.test(raw) && !isReply) {
        entry.body.push({ path: raw.slice(5, -1).trim(), replaced: false });
      } else if (OTHER_BODY.test(raw) || /^[[{]/.test(raw)) {
        throw new SyntaxError("this kind of body is not supported; write JSON, ```, or [Asserts]");
      } else {
        const [name, value] = pairOf(raw);
        if (!isReply) entry.headers.push([name, value]);
        else entry.checks.push(parseCheck(`header "${name}" == ${JSON.stringify(value)}`, line));
      }
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw bad(cause.message);
    }
    if (fence !== null && isReply) throw bad("an expected body is not supported; use [Asserts]");
  }
  if (fence !== null) throw badLine(path, fence.line, "the body has no end: ```");
  finish();
  return { path, variables: new Map(), entries };
}

const SECTIONS =
  /^(?:Query(?:StringParams)?|Form(?:Params)?|Multipart(?:FormData)?|Cookies|BasicAuth|Options)$/;

function sectionLine(entry: Entry, section: string, raw: string, line: number): void {
  if (section === "Asserts") {
    entry.checks.push(parseCheck(raw.trim(), line));
    return;
  }
  const [name, value] = pairOf(raw);
  if (section === "Captures") entry.captures.push({ name, query: parseQuery(value) });
  else if (section.startsWith("Query")) entry.query.push([name, value]);
  else if (section === "Cookies") {
    const cookie = entry.headers.find(([own]) => own === "Cookie");
    if (cookie === undefined) entry.headers.push(["Cookie", `${name}=${value}`]);
    else cookie[1] += `; ${name}=${value}`;
  } else if (section === "BasicAuth") {
    entry.headers.push(["Authorization", `Basic ${name}:${value}`]);
  } else if (section === "Options") {
    if (name === "location" || name === "location-trusted") entry.follow = value === "true";
    else if (name === "max-time") entry.timeout = durationOf(value);
    else throw new SyntaxError(`the option ${name} is not supported`);
  } else {
    entry.form ??= { isMultipart: section.startsWith("Multipart"), fields: [] };
    entry.form.fields.push([name, value]);
  }
}

function pairOf(raw: string): [name: string, value: string] {
  const [, name, value = ""] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(raw) ?? [];
  if (name === undefined) throw new SyntaxError(`"${raw}" is not NAME: VALUE`);
  return [name, value];
}

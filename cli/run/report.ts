import type { Paint } from "../io/paint.ts";

export interface Result {
  readonly file: string;
  readonly line: number;
  /** Name or title of the request. */
  readonly title: string;
  /** Method and path. */
  readonly request: string;
  /** Status code, `null` without a reply. */
  readonly status: number | null;
  /** Time in ms. */
  readonly duration: number;
  readonly checks: number;
  /** Failed assertions, or the error without a reply. */
  readonly failures: readonly { readonly line: number; readonly text: string }[];
}

/** A line for a result, and one for each failure. */
export function resultText(result: Result, paint: Paint): string {
  const passed = result.failures.length === 0;
  const mark = passed ? paint("good", "ok") : paint("bad", "not ok");
  const title = result.title === result.request ? "" : `${result.title}  `;
  const detail = `${result.status ?? "no reply"}, ${Math.round(result.duration)} ms`;
  const failures = result.failures.map(({ line, text }) =>
    `  ${paint("bad", text.replaceAll("\n", " "))} ${paint("dim", `(${result.file}:${line})`)}\n`
  );
  return `${mark}  ${title}${result.request}  ${paint("dim", detail)}\n${failures.join("")}`;
}

export function summaryText(results: readonly Result[], ms: number): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const checks = results.reduce((sum, each) => sum + each.checks, 0);
  const plural = (count: number, word: string): string =>
    `${count} ${word}${count === 1 ? "" : "s"}`;
  return `${plural(results.length, "request")}, ${results.length - failed} passed, ` +
    `${failed} failed, ${plural(checks, "assertion")}, ${Math.round(ms)} ms\n`;
}

export function tapText(results: readonly Result[]): string {
  const lines = ["TAP version 14", `1..${results.length}`];
  for (const [index, { title, failures, file, duration }] of results.entries()) {
    const name = `${file}: ${title}`.replaceAll(/[\\#]/g, "\\$&").replaceAll("\n", " ");
    lines.push(`${failures.length === 0 ? "ok" : "not ok"} ${index + 1} - ${name}`);
    lines.push("  ---", `  duration_ms: ${duration.toFixed(3)}`);
    if (failures.length > 0) lines.push("  failures:");
    for (const { line, text } of failures) {
      lines.push(`    - ${JSON.stringify(`${line}: ${text}`)}`);
    }
    lines.push("  ...");
  }
  return `${lines.join("\n")}\n`;
}

export function junitText(results: readonly Result[]): string {
  const suites = Map.groupBy(results, ({ file }) => file);
  const seconds = (each: readonly Result[]): string =>
    (each.reduce((sum, { duration }) => sum + duration, 0) / 1000).toFixed(3);
  const counts = (each: readonly Result[]): string => {
    const failed = each.filter(({ failures }) => failures.length > 0).length;
    return `tests="${each.length}" failures="${failed}" time="${seconds(each)}"`;
  };
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites ${counts(results)}>`];
  for (const [file, cases] of suites) {
    lines.push(`  <testsuite name="${xml(file)}" ${counts(cases)}>`);
    for (const each of cases) {
      const { title, failures } = each;
      const attributes = `name="${xml(title)}" classname="${xml(file)}" time="${seconds([each])}"`;
      lines.push(`    <testcase ${attributes}${failures.length === 0 ? "/" : ""}>`);
      for (const { line, text } of failures) {
        lines.push(`      <failure message="${xml(text)}">${xml(`${file}:${line}`)}</failure>`);
      }
      if (failures.length > 0) lines.push("    </testcase>");
    }
    lines.push("  </testsuite>");
  }
  return `${[...lines, "</testsuites>"].join("\n")}\n`;
}

/** Escapes text for an attribute; characters that XML 1.0 forbids become `?`. */
function xml(text: string): string {
  // deno-lint-ignore no-control-regex -- the pattern has to match control characters
  return text.replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "?")
    .replaceAll(/[<>&"\n\r\t]/g, (each) => `&#${each.charCodeAt(0)};`);
}

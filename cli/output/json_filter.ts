import { badArgument, CommandError } from "../errors/usage_error.ts";
import { article, readJson, typeOf } from "../connecting/nested_json.ts";
import { messageOf } from "../errors/system_error.ts";

/** A step of a path: a key, an index, or all elements of a list. */
type Step = string | number | null;

const STEP = /\.?([^.[\]"]+)|\.?"((?:[^"\\]|\\.)*)"|\[(-?\d+)\]|\["((?:[^"\\]|\\.)*)"\]|(\[\])/gy;

/** Extracts a part: `a.b[0]`, `[-1]` the last, `[].name` of each, `"a.b"` a key with a dot. */
export function filterJson(text: string, path: string): unknown {
  const steps = stepsOf(path);
  let root: unknown;
  try {
    root = readJson(text);
  } catch (cause) {
    const why = `the reply is not valid JSON (${messageOf(cause)})`;
    throw new CommandError(`--filter needs JSON, but ${why}`, { cause });
  }
  return pick(root, steps, "");
}

function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  const whole = path === "." ? "" : path.replace(/^\.(?=\[)/, "");
  let end = 0;
  for (const match of whole.matchAll(STEP)) {
    const [all, key, quoted, index, bracketed] = match;
    const name = (key ?? quoted ?? bracketed)?.replaceAll(/\\(.)/g, "$1");
    steps.push(name ?? (index === undefined ? null : Number(index)));
    end = match.index + all.length;
  }
  if (end === whole.length) return steps;
  const why = `"${path}" is not a path such as a.b[0], [].name or "a.b"`;
  const pointer = `${" ".repeat(end + path.length - whole.length)}^`;
  throw badArgument("filter", `${why}\n  ${path}\n  ${pointer}`);
}

function pick(value: unknown, steps: readonly Step[], way: string): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (Array.isArray(value)) {
    if (step === null) return value.map((each, at) => pick(each, rest, `${way}[${at}]`));
    if (typeof step === "number") {
      const found: unknown = value.at(step);
      if (found !== undefined) return pick(found, rest, `${way}[${step}]`);
      throw missing(way, step, `is a list of ${value.length}`);
    }
    throw missing(way, step, `is a list; ${way}[].${step} takes it of each element`);
  }
  if (typeOf(value) === "object") {
    const members = value as Record<string, unknown>;
    const name = step === null ? "[]" : `${step}`;
    if (step !== null && Object.hasOwn(members, name)) {
      return pick(members[name], rest, way === "" ? name : `${way}.${name}`);
    }
    const keys = Object.keys(members);
    const shown = keys.slice(0, 8).join(", ");
    const more = keys.length > 8 ? " …" : "";
    throw missing(way, step, `has ${shown === "" ? "no keys" : shown}${more}`);
  }
  throw missing(way, step, `is ${article(typeOf(value))}`);
}

function missing(way: string, step: Step, why: string): CommandError {
  const name = step === null ? "[]" : typeof step === "number" ? `[${step}]` : `"${step}"`;
  return new CommandError(`--filter: no ${name} in the reply: ${way === "" ? "it" : way} ${why}`);
}

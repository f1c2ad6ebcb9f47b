import { messageOf } from "../../http/as_error.ts";
import type { StandardSchemaV1 } from "../../http/schema/standard_schema.ts";

/** A JSON Schema, draft 2020-12. */
export type JSONSchema = { readonly [keyword: string]: unknown };

/** Which side of a schema is described: `input` of a request, `output` of a reply. */
export type SchemaSide = "input" | "output";

/**
 * Converts a schema of a library without Standard JSON Schema; `undefined` leaves it to the schema.
 * For valibot: `(schema, side) => toJsonSchema(schema, { typeMode: side })`.
 */
export type ToJSONSchema = (schema: never, side: SchemaSide) => object | undefined;

/** arktype describes a type without a JSON form as `{}`, unless it is told to throw. */
const STRICT_ARKTYPE = {
  fallback: Object.fromEntries(
    ["date", "domain", "proto", "symbolKey", "unit"].map((code) => [code, () => {
      throw new TypeError(`its ${code} has no JSON form`);
    }]),
  ),
};

const DEFINITION = /^#\/(?:\$defs|definitions)\/(.+)$/;

/** The shared schemas of a document, `#/components/schemas`. */
export class Components {
  readonly schemas: Record<string, JSONSchema> = {};
  readonly #texts = new Map<string, string>();
  readonly #convert: ToJSONSchema | undefined;

  constructor(convert: ToJSONSchema | undefined) {
    this.#convert = convert;
  }

  /** Converts a schema; its definitions become shared ones. */
  add(schema: StandardSchemaV1, side: SchemaSide, what: string): JSONSchema {
    const made = this.#toJSON(schema, side, what);
    const { $schema: _, $defs, definitions, $id, id = $id, ...root } = made;
    const found = { ...definitions as object, ...$defs as object } as Record<string, JSONSchema>;
    const name = String(id ?? root["title"] ?? what);
    const own = id !== undefined || JSON.stringify(root).includes('"$ref":"#"');
    if (own) found[""] = root;
    const names = new Map<string, string>();
    for (const each of Object.keys(found)) {
      names.set(each, this.#nameOf(each || name, side, closureOf(each, found)));
    }
    const moved = (from: unknown): JSONSchema =>
      JSON.parse(JSON.stringify(from), (key, value: unknown) => {
        if (key !== "$ref" || typeof value !== "string") return value;
        const target = names.get(definitionOf(value) ?? "?");
        return target === undefined ? value : refTo(target);
      });
    for (const [each, target] of names) this.schemas[target] ??= moved(found[each]);
    return own ? { $ref: refTo(names.get("") ?? "") } : moved(root);
  }

  resolve(schema: JSONSchema): JSONSchema {
    const ref = schema["$ref"];
    return this.schemas[typeof ref === "string" ? ref.slice(refTo("").length) : ""] ?? schema;
  }

  #toJSON(schema: StandardSchemaV1, side: SchemaSide, what: string): JSONSchema {
    const { vendor } = schema["~standard"];
    const own: unknown = Reflect.get(schema["~standard"], "jsonSchema");
    try {
      const given = this.#convert?.(schema as never, side);
      if (given !== undefined) return given as JSONSchema;
      const make: unknown = typeof own === "object" && own !== null && Reflect.get(own, side);
      if (typeof make === "function") {
        const libraryOptions = vendor === "arktype" ? STRICT_ARKTYPE : undefined;
        return make.call(own, { target: "draft-2020-12", libraryOptions });
      }
    } catch (cause) {
      throw new TypeError(`Cannot describe ${what} (${vendor}): ${messageOf(cause)}`, { cause });
    }
    throw new TypeError(
      `Cannot describe ${what}: schemas of ${vendor} have no "~standard".jsonSchema; give ` +
        "web.openapi() a toJsonSchema(schema, side)",
    );
  }

  /** The name of a definition; another one of the same name gets a suffix. */
  #nameOf(wanted: string, side: SchemaSide, text: string): string {
    const plain = wanted.replaceAll(/[^\w.-]+/g, "_");
    const suffix = side === "input" ? "Input" : "Output";
    for (let i = 0;; i++) {
      const name = i === 0 ? plain : `${plain}${suffix}${i === 1 ? "" : i}`;
      const known = this.#texts.get(name);
      if (known === undefined) this.#texts.set(name, text);
      if (known === undefined || known === text) return name;
    }
  }
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}

/** The name in a reference to a definition, `""` for the root. */
function definitionOf(ref: string): string | null {
  if (ref === "#") return "";
  const name = DEFINITION.exec(ref)?.[1];
  return name === undefined
    ? null
    : decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~");
}

/** A definition with all that it refers to, as text: equal texts are one shared schema. */
function closureOf(
  name: string,
  all: Record<string, JSONSchema>,
  seen = new Set<string>(),
): string {
  seen.add(name);
  const text = JSON.stringify(all[name]);
  const more = [...text.matchAll(/"\$ref":("[^"]*")/g)].flatMap(([, ref = '""']) => {
    const next = definitionOf(JSON.parse(ref));
    return next === null || seen.has(next) || !(next in all) ? [] : [closureOf(next, all, seen)];
  });
  return [text, ...more].join();
}

// Form bodies: aiohttp's `FormData`.
import { bytesBody, type SendableBody } from "../bytes/sendable_body.ts";
import { OptionTable } from "../options.ts";
import { pairsIn } from "../query.ts";
import { partBody, type PartValue, type ReadableFile } from "./part_body.ts";
import { MultipartWriter, writerBody } from "./multipart_writer.ts";

/** Value of a form field. Text, numbers and booleans are text fields, everything else is a file. */
export type FormValue = PartValue | number | bigint | boolean;

/** Fields in any of the forms that {@linkcode FormBody.addFields} takes; a name may repeat. */
export type FormFields =
  | FormData
  | URLSearchParams
  | Iterable<readonly [name: string, value: FormValue]>
  | { readonly [name: string]: FormValue | readonly FormValue[] };

/** Options of a form field. */
export interface FormFieldOptions {
  /** Filename; makes the field a file and the form multipart. */
  readonly filename?: string | undefined;
  /** The field's `Content-Type`; makes the form multipart. */
  readonly contentType?: string | undefined;
}

const FORM_FIELD_OPTIONS = new OptionTable<FormFieldOptions>({
  filename: "a string",
  contentType: "a string",
});

/** Options of a {@linkcode FormBody}. */
export interface FormBodyOptions {
  /** Whether the form is multipart even if no field requires it. @default {false} */
  readonly defaultToMultipart?: boolean | undefined;
  /** The multipart boundary: 1 to 70 characters of RFC 2046. Random by default (122 bits). */
  readonly boundary?: string | undefined;
}

const FORM_BODY_OPTIONS = new OptionTable<FormBodyOptions>({
  defaultToMultipart: "true or false",
  boundary: "a string",
});

/**
 * A form to send: urlencoded, or multipart as soon as a field is a file or has a filename or a
 * type. Fields are sent in insertion order; names may repeat.
 * @example A text field and a file
 * ```ts
 * import { FormBody } from "@roundtrip/http";
 *
 * const form = new FormBody({ user: "ann" })
 *   .addField("report", "a,b\n1,2\n", { filename: "report.csv", contentType: "text/csv" });
 * const body = form.encode();
 * const response = new Response(body.bytes, { headers: { "content-type": body.contentType } });
 * console.assert((await response.formData()).get("user") === "ann");
 * ```
 */
export class FormBody {
  readonly #fields: [name: string, value: PartValue, options: FormFieldOptions][] = [];
  #boundary: string | undefined; // the same each time: a retry has the same type
  #isMultipart: boolean;

  /** Creates a form. @throws {TypeError} As {@linkcode addField} does. */
  constructor(fields: FormFields = [], options: FormBodyOptions = {}) {
    FORM_BODY_OPTIONS.check("new FormBody", options);
    this.#boundary = options.boundary;
    this.#isMultipart = options.defaultToMultipart ?? false;
    this.addFields(fields);
  }

  /** Whether the form is sent as `multipart/form-data`. */
  get isMultipart(): boolean {
    return this.#isMultipart;
  }

  /**
   * Adds a field. A file without a filename takes that of a `File` or of `openFile(path)`; bytes, a
   * stream or a pipe the field's name, so that it arrives as a file. In names and filenames `"`, CR
   * and LF are sent as `%22`, `%0D` and `%0A`, as browsers do.
   * @throws {TypeError} If the name or filename is not a string or holds NUL, if the type holds
   * CR, LF or NUL, if the value cannot be sent, or if it is of `Deno.open()`, which has no name.
   */
  addField(name: string, value: FormValue, options: FormFieldOptions = {}): this {
    FORM_FIELD_OPTIONS.check("addField()", options);
    checkName("name", name);
    const sent = toPartValue(name, value);
    const file: Partial<ReadableFile> = typeof sent === "object" && "readable" in sent ? sent : {};
    const { filename = file.name ?? defaultFilename(name, sent), contentType = file.type } =
      options;
    if (filename !== undefined) checkName("filename", filename);
    if (contentType !== undefined && /[\r\n\0]/.test(contentType)) {
      throw new TypeError(`Cannot send form field "${name}": contentType holds CR, LF or NUL`);
    }
    if (filename !== undefined || contentType !== undefined) this.#isMultipart = true;
    this.#fields.push([name, sent, { filename, contentType }]);
    return this;
  }

  /**
   * Adds the fields of objects, maps, pairs, `URLSearchParams` or `FormData`.
   * @throws {TypeError} As {@linkcode addField} does.
   */
  addFields(...sources: readonly FormFields[]): this {
    for (const fields of sources) {
      for (const [name, value] of pairsIn<FormValue>(fields)) this.addField(name, value);
    }
    return this;
  }

  /** Encodes the form to a body, with its type and length. */
  encode(): SendableBody {
    if (this.#isMultipart) return writerBody(this.#writer());
    // A field of another type would have made the form multipart.
    const pairs = this.#fields.map(([name, value]) => [name, String(value)]);
    const text = new URLSearchParams(pairs).toString();
    return bytesBody(new TextEncoder().encode(text), "application/x-www-form-urlencoded");
  }

  #writer(): MultipartWriter {
    const writer = new MultipartWriter("form-data", { boundary: this.#boundary });
    this.#boundary = writer.boundary;
    for (const [name, value, options] of this.#fields) writer.append(value, { name, ...options });
    return writer;
  }
}

function checkName(key: string, text: unknown): void {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot send a form field: expected its ${key} as a string, got ${typeof text}`,
    );
  }
  if (text.includes("\0")) {
    throw new TypeError(`Cannot send form field ${key} ${JSON.stringify(text)}: it holds NUL`);
  }
}

function toPartValue(name: string, value: FormValue): PartValue {
  if (/^(?:number|bigint|boolean)$/.test(typeof value)) return String(value);
  try {
    partBody(value as PartValue); // throws here instead of when the form is sent
    return value as PartValue;
  } catch {
    const got = value === null ? "null" : typeof value;
    throw new TypeError(
      `Cannot send form field "${name}": expected text, a number, a boolean, bytes, a Blob, ` +
        `a stream or a file, got ${got}`,
    );
  }
}

function defaultFilename(name: string, value: PartValue): string | undefined {
  if (typeof value === "string") return undefined;
  if (value instanceof File) return value.name;
  if (!("readable" in value && value.statSync?.().isFile)) return name;
  throw new TypeError(
    `Cannot send form field "${name}": an open file does not know its path. Open it by ` +
      `openFile(path), or write addField("${name}", file, { filename })`,
  );
}

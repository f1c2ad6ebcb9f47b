import { fillFirst } from "../../http/fill_first.ts";
import type { HeaderFields } from "../../http/http1/header_fields.ts";

const PLAIN_NAME = /^[A-Za-z0-9-]+$/;

let fill: (headers: SocketHeaders) => void;

/** Lazy platform headers; creating real ones costs more than the rest of a small request. */
export class SocketHeaders extends Headers {
  #fields: HeaderFields | null;

  static {
    fill = (headers) => {
      const fields = headers.#fields;
      if (fields === null) return;
      headers.#fields = null;
      for (const [name, value] of fields.list) headers.append(name, value);
      const cookies = fields.get("cookie");
      if (cookies !== null) headers.set("cookie", cookies);
    };
  }

  constructor(fields: HeaderFields) {
    super();
    this.#fields = fields;
  }

  override get(name: string): string | null {
    const fields = this.#fields;
    if (fields !== null && PLAIN_NAME.test(name)) return fields.get(name.toLowerCase());
    fill(this);
    return super.get(name);
  }

  override has(name: string): boolean {
    const fields = this.#fields;
    if (fields !== null && PLAIN_NAME.test(name)) return fields.has(name.toLowerCase());
    fill(this);
    return super.has(name);
  }
}

fillFirst(SocketHeaders, (headers) => fill(headers));

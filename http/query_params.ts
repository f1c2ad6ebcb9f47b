import { fillFirst } from "./fill_first.ts";

const PLAIN_NAME = /^[\w.-]+$/;
const ENCODED = /[%+]/;

let fill: (params: QueryParams) => void;

/** Lazy query parameters: reading one without `new URL()` and a list saves 2 µs of a request. */
export class QueryParams extends URLSearchParams {
  #text: string | null;

  static {
    fill = (params) => {
      const text = params.#text;
      if (text === null) return;
      params.#text = null;
      // "&": the platform drops a first "?", which is a name here.
      for (const [name, value] of new URLSearchParams(`&${text}`)) params.append(name, value);
    };
  }

  /** Takes an encoded query without `?`. */
  constructor(text: string) {
    super();
    this.#text = text;
  }

  override get(name: string): string | null {
    const text = this.#text;
    const isPlain = typeof name === "string" && PLAIN_NAME.test(name);
    if (text === null || !isPlain || ENCODED.test(text)) {
      fill(this);
      return super.get(name);
    }
    for (let at = 0, end = 0; end >= 0; at = end + 1) {
      end = text.indexOf("&", at);
      if (!text.startsWith(name, at)) continue;
      const piece = text.slice(at + name.length, end < 0 ? undefined : end);
      if (piece === "") return piece;
      if (piece.startsWith("=")) return piece.slice(1);
    }
    return null;
  }
}

fillFirst(QueryParams, (params) => fill(params));

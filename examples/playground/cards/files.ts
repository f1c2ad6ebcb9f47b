import { web } from "@roundtrip/http";
import type { Site } from "../site.ts";

/** Folders with types, ranges, and answers to "has it changed?". */
export function files({ examples }: Site): web.RouteTable {
  const pages = new URL("playground/public/", examples);
  const headers = {
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'self'",
  };
  return new web.RouteTable()
    .static("/static", pages, { charset: "utf-8", headers })
    // The sources beside the cards: the files that run.
    .static("/examples", examples, { charset: "utf-8", headers });
}

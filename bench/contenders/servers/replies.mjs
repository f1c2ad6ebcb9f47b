export const HELLO = "hello, world";
export const REPLY = { id: 7, name: "Ada", active: true, tags: ["a", "b", "c"], score: 12.5 };
/** Length of a large body in bytes, 1 GiB. */
export const LARGE = 1024 ** 3;
/** About 10 KB of JSON; its first 4 items are about 1 KB. */
export const LONG_REPLY = Array.from({ length: 40 }, (_, id) => ({
  ...REPLY,
  id,
  about: "She wrote the first program, for a machine that was never built. ".repeat(3).trim(),
}));

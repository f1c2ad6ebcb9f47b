export const HELLO = "hello, world";
export const REPLY = { id: 7, name: "Ada", active: true, tags: ["a", "b", "c"], score: 12.5 };
/** Length of a large body in bytes, 1 GiB. */
export const LARGE = 1024 ** 3;
/** About 10 KB of JSON; its first 12 items are about 1 KB. */
export const LONG_REPLY = Array.from({ length: 128 }, (_, id) => ({ ...REPLY, id }));

export const HELLO = "hello, world";
export const REPLY = { id: 7, name: "Ada", active: true, tags: ["a", "b", "c"], score: 12.5 };
/** Length of a large body in bytes, 1 GiB. */
export const LARGE = 1024 ** 3;

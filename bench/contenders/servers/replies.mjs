export const HELLO = "hello, world";
export const REPLY = { id: 7, name: "Ada", active: true, tags: ["a", "b", "c"], score: 12.5 };

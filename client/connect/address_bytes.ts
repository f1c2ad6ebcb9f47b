/** The 4 or 16 bytes of an address: digits and dots, or IPv6 as in URLs, without brackets. */
export function addressBytes(address: string): number[] {
  if (!address.includes(":")) return address.split(".").map(Number);
  // URLs have at most one "::" and no dotted part.
  const [head = "", tail = ""] = address.split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((each) => parseInt(each, 16));
  const [first, last] = [groups(head), groups(tail)];
  const zeros = new Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0);
  return [...first, ...zeros, ...last].flatMap((each) => [each >> 8, each & 255]);
}

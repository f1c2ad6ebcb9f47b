function table(allows: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => allows(byte) ? 1 : 0);
}

/** 1 for the bytes of a token (RFC 9110 section 5.6.2). */
export const IS_TOKEN: Uint8Array = table((byte) =>
  /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte))
);

/** 1 for the bytes of a header's value: HTAB, SP, VCHAR, obs-text (RFC 9110 section 5.5). */
export const IS_VALUE: Uint8Array = table((byte) => byte === 9 || (byte >= 32 && byte !== 127));

/** 1 for the bytes of a target (RFC 9112 section 3.2), and beyond ASCII, which curl sends. */
export const IS_TARGET: Uint8Array = table((byte) => byte > 32 && byte !== 127 && byte !== 35);

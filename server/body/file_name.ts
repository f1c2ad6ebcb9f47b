/**
 * Names that Windows keeps for devices.
 * @module
 */

/**
 * Tells whether a file name leads to a device on Windows: `CON`, `nul.txt`, `com1.tar.gz`.
 *
 * @param name The name, without a path.
 * @returns `true` for a device, whatever its extension.
 */
export function isDeviceName(name: string): boolean {
  return /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name);
}

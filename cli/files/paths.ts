/**
 * Paths of the system.
 * @module
 */
export { basename, join, resolve, sep as SEPARATOR } from "node:path";

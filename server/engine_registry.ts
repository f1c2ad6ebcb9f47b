/**
 * Which router an application stands on.
 * @module
 */

/**
 * The Hono instance of each application. `./hono` gives it out; it is no member of the application,
 * whose public types name nothing of Hono's.
 */
export const engines = new WeakMap<object, object>();

/**
 * Which router an application stands on.
 * @module
 */

const engines = new WeakMap<object, object>();

/**
 * Remembers the Hono instance of an application. `./hono` gives it out; it is no member of the
 * application, whose public types name nothing of Hono's.
 *
 * @typeParam Engine Type of the instance.
 * @param app The application.
 * @param engine The instance.
 * @returns The instance.
 */
export function keepEngine<Engine extends object>(app: object, engine: Engine): Engine {
  engines.set(app, engine);
  return engine;
}

/**
 * Gives what an application stands on.
 *
 * @param app The application.
 * @returns The instance, `undefined` for what is no application.
 */
export function engineOf(app: object): object | undefined {
  return engines.get(app);
}

/**
 * Methods of a class as handlers, by standard decorators.
 * @module
 */
import type { HandlerResult } from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";
import type { RouteDef } from "./route_def.ts";

/**
 * Decorates a method that answers requests.
 *
 * @typeParam Params Match info of the route.
 */
export type HandlerDecorator<Params> = <This extends object>(
  method: (
    this: This,
    request: ServerRequest<Params>,
  ) => HandlerResult | Promise<HandlerResult>,
  context: ClassMethodDecoratorContext<
    This,
    (this: This, request: ServerRequest<Params>) => HandlerResult | Promise<HandlerResult>
  >,
) => void;

/** The routes of decorated methods: known when the class is defined, complete with an instance. */
export class DecoratedRoutes {
  readonly #byInstance = new WeakMap<object, RouteDef[]>();
  readonly #waiting = new Set<{ readonly path: string; readonly name: string | null }>();

  /** Makes a decorator. */
  decorator<Params>(
    path: string,
    define: (
      handler: (request: ServerRequest<Params>) => HandlerResult | Promise<HandlerResult>,
    ) => RouteDef,
    add: (route: RouteDef) => void,
  ): HandlerDecorator<Params> {
    // routes.get("/", handlers.typo) gets here too, with nothing to decorate; it has to be found.
    const unused = { path, name: null };
    this.#waiting.add(unused);
    return (_method, context) => {
      const place = { path, name: String(context.name) };
      this.#waiting.delete(unused);
      this.#waiting.add(place);
      const { addInitializer, access } = context;
      const bind = (instance: object, handler: (request: ServerRequest<Params>) => unknown) => {
        this.#waiting.delete(place);
        const route = define(handler as Parameters<typeof define>[0]);
        const routes = this.#byInstance.get(instance);
        if (routes === undefined) this.#byInstance.set(instance, [route]);
        else routes.push(route);
        add(route);
      };
      // Runs for each instance as it is made; for a static method once, with the class.
      addInitializer(function () {
        // By name, so that what a subclass or another decorator makes of the method counts.
        bind(this, access.get(this).bind(this));
      });
    };
  }

  /** Lists the routes of one instance. */
  of(instance: object): readonly RouteDef[] {
    return this.#byInstance.get(instance) ?? [];
  }

  /**
   * Checks that no route is without its instance, which would be a `404` that nobody explains.
   *
   * @throws {TypeError} If a class with decorated methods has no instance.
   */
  checkBound(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    if (first.name === null) {
      throw new TypeError(`Cannot list the routes: "${first.path}" has neither handler nor method`);
    }
    throw new TypeError(
      `Cannot list the routes: ${first.name}() for "${first.path}" belongs to a class without an instance. ` +
        `Create one before addRoutes(), or make the method static`,
    );
  }
}

import type { HandlerResult } from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";
import type { RouteDef } from "./route_def.ts";

/** Decorates a handler method. */
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

/** Routes of decorated methods: collected with the class, complete with an instance. */
export class DecoratedRoutes {
  readonly #byInstance = new WeakMap<object, RouteDef[]>();
  readonly #waiting = new Set<{ readonly path: string; readonly name: string | null }>();

  decorator<Params>(
    path: string,
    define: (
      handler: (request: ServerRequest<Params>) => HandlerResult | Promise<HandlerResult>,
    ) => RouteDef,
    add: (route: RouteDef) => void,
  ): HandlerDecorator<Params> {
    // routes.get("/", handlers.typo) gets here too, with nothing to decorate; it is reported.
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
      // Runs for each new instance; for a static method once, with the class.
      addInitializer(function () {
        // By name, so that overrides and other decorators of the method take effect.
        bind(this, access.get(this).bind(this));
      });
    };
  }

  of(instance: object): readonly RouteDef[] {
    return this.#byInstance.get(instance) ?? [];
  }

  /** Checks that all routes have an instance; others would be an unexplained `404`. */
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

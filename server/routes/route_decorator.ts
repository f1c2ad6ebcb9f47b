import type { Handler } from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";

/** Decorates a handler method. */
export type HandlerDecorator<Params> = <
  This extends object,
  Method extends (this: This, request: ServerRequest<Params>) => ReturnType<Handler>,
>(method: Method, context: ClassMethodDecoratorContext<This, Method>) => void;

/** Routes of decorated methods: collected with the class, complete with an instance. */
export class DecoratedRoutes {
  readonly #waiting = new Set<{ readonly path: string; readonly name: string | null }>();

  decorator<Params>(
    path: string,
    add: (handler: (request: ServerRequest<Params>) => ReturnType<Handler>) => void,
  ): HandlerDecorator<Params> {
    // routes.get("/", handlers.typo) gets here too, with nothing to decorate; it is reported.
    const unused = { path, name: null };
    this.#waiting.add(unused);
    return (_method, context) => {
      const place = { path, name: String(context.name) };
      this.#waiting.delete(unused);
      this.#waiting.add(place);
      const { addInitializer, access } = context;
      const bound: typeof add = (handler) => {
        this.#waiting.delete(place);
        add(handler);
      };
      // Runs for each new instance; for a static method once, with the class.
      addInitializer(function () {
        // By name, so that overrides and other decorators of the method take effect.
        bound(access.get(this).bind(this));
      });
    };
  }

  /** Checks that all routes have an instance; others would be an unexplained `404`. */
  checkBound(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    const { path, name } = first;
    const reason = name === null
      ? `"${path}" has neither handler nor method`
      : `${name}() for "${path}" belongs to a class without an instance. ` +
        "Create one before addRoutes(), or make the method static";
    throw new TypeError(`Cannot list the routes: ${reason}`);
  }
}

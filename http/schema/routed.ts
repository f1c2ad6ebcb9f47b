// Types that routes carry from a server to a typed client; nothing of them exists at run time.

/** Input and replies of one route. */
export interface RouteContract {
  /** Types of the request's parts before validation: `params`, `query`, `headers`, `form`, `json`. */
  readonly input: object;
  /** Types of the replies' data by status; `unknown` if the route does not tell. */
  readonly replies: unknown;
}

/**
 * A route or a table of routes, with types for the compiler.
 * @typeParam Contracts A {@linkcode RouteContract} for each method and path: `"GET /users/{id}"`.
 */
export interface Routed<Contracts> {
  /** The contracts; only for the compiler. */
  readonly "~routes"?: Contracts;
}

/** Contracts of a table, or of a list of routes. */
export type ContractsOf<Routes> = Routes extends readonly (infer Route)[] ? ContractsOf<Route>
  : Routes extends Routed<infer Own> ? unknown extends Own ? never : Own
  : never;

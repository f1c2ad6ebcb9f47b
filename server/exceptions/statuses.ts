// Statuses and reasons of the exceptions that are made without them.

const STATUSES = new Map<unknown, readonly [status: number, reason: string]>();

export function setStatuses(
  rows: readonly (readonly [made: unknown, status: number, reason: string])[],
): void {
  for (const [made, ...row] of rows) STATUSES.set(made, row);
}

/** The row of a class, or of the one that it extends. */
export function statusOf(made: unknown): readonly [status: number, reason: string] {
  return STATUSES.get(made) ?? statusOf(Object.getPrototypeOf(made));
}

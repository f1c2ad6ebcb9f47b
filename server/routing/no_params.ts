/**
 * Match info of a path without variables.
 * @module
 */

/** What a fixed path matches with; shared, so that a match allocates nothing. */
export const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

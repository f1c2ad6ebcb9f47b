/**
 * Responses that their owners have and do not read, or not yet. Those that are small are taken into
 * memory: a connection serves other requests then, as in aiohttp.
 * @module
 */
import { type ClientResponse, readAhead } from "../response/response.ts";

let unread: ClientResponse[] = [];
let isArmed = false;

/**
 * Takes a response into memory soon, unless its owner reads it meanwhile, which most do at once.
 */
export function readSoon(response: ClientResponse): void {
  unread.push(response);
  if (isArmed) return;
  isArmed = true; // one timer for the responses of a millisecond
  setTimeout(() => {
    isArmed = false;
    readUnread();
  }, 1);
}

/** Does so now: another request wants a connection. */
export function readUnread(): void {
  if (unread.length === 0) return;
  const responses = unread;
  unread = [];
  for (const each of responses) readAhead(each);
}

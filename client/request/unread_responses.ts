// Unread responses. Small ones are read ahead into memory to free their connections, as in aiohttp.
import { type ClientResponse, readAhead } from "../response/response.ts";

let unread: ClientResponse[] = [];
let isArmed = false;

/** Schedules reading a response ahead, unless its owner reads it first, as most do. */
export function readSoon(response: ClientResponse): void {
  unread.push(response);
  if (isArmed) return;
  isArmed = true; // one timer for all responses within a millisecond
  setTimeout(() => {
    isArmed = false;
    readUnread();
  }, 1);
}

/** Reads them ahead now, because another request waits for a connection. */
export function readUnread(): void {
  if (unread.length === 0) return;
  const responses = unread;
  unread = [];
  for (const each of responses) readAhead(each);
}

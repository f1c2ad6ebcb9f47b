// HTTP exceptions for success, which end a handler early: `throw new web.HTTPNoContent()`.
import { HTTPException, type HTTPExceptionOptions } from "./http_exception.ts";
import { setStatuses, statusOf } from "./statuses.ts";

/** Base of the replies that are a success. */
export class HTTPSuccessful extends HTTPException {}

/** @internal */
class SuccessReply extends HTTPSuccessful {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    const [status, reason] = statusOf(new.target);
    super(status, reason, options);
  }
}

/** `200 OK`. */
export class HTTPOk extends SuccessReply {}
/** `201 Created`. */
export class HTTPCreated extends SuccessReply {}
/** `202 Accepted`. */
export class HTTPAccepted extends SuccessReply {}
/** `203 Non-Authoritative Information`. */
export class HTTPNonAuthoritativeInformation extends SuccessReply {}
/** `204 No Content`. */
export class HTTPNoContent extends SuccessReply {}
/** `205 Reset Content`. */
export class HTTPResetContent extends SuccessReply {}
/** `206 Partial Content`. */
export class HTTPPartialContent extends SuccessReply {}

setStatuses([
  [HTTPOk, 200, "OK"],
  [HTTPCreated, 201, "Created"],
  [HTTPAccepted, 202, "Accepted"],
  [HTTPNonAuthoritativeInformation, 203, "Non-Authoritative Information"],
  [HTTPNoContent, 204, "No Content"],
  [HTTPResetContent, 205, "Reset Content"],
  [HTTPPartialContent, 206, "Partial Content"],
]);

import { ApiError, errorOfAnswer as apiErrorOf } from "@fairway/client";
import { type ErrorCode, errorCodes, FairwayError } from "../errors.ts";

/**
 * What the client threw, as the rest of Fairway knows it; what is no error of the API's stays as it is. An error without a cause is the center's own
 * answer.
 */
export function fairwayErrorOf(error: unknown): unknown {
  return error instanceof ApiError ? told(error) : error;
}

/** The error that an answer with a status of 400 or above tells of, also when it is no problem document. */
export function errorOfAnswer(status: number, body: string): FairwayError {
  return told(apiErrorOf(status, body));
}

function told({ code, detail, errors, cause }: ApiError): FairwayError {
  return new FairwayError(isErrorCode(code) ? code : "internal", detail, {
    fields: errors,
    ...(cause !== undefined && { cause }),
  });
}

/** A newer center may have more of them. */
function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}

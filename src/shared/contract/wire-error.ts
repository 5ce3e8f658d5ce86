import { AppError, toAppError } from '#base/app-error';
import { errorCodes, type ErrorCode } from '#base/error-codes';
import { ORPCError } from '@orpc/contract';
import { z } from 'zod';

/** An `AppError` as plain data: between processes, and in job events. */
export const zWireError = z.object({
  code: z.string().transform((code): ErrorCode => (isErrorCode(code) ? code : 'internal')),
  message: z.string(),
  data: z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()), z.array(z.number())]),
  ),
});
export type WireError = z.infer<typeof zWireError>;

export function toWireError({ code, message, data }: AppError): WireError {
  return { code, message, data: data as WireError['data'] };
}

export function fromWireError({ code, message, data }: WireError): AppError {
  return new AppError(code, message, { data });
}

/** The one error of our procedures: what it carries is an `AppError`. */
export const appErrorCode = 'APP_ERROR';

/** What a procedure threw, for the caller's side. The other end makes an `AppError` of it with `fromRpcError`. */
export function toRpcError(error: unknown): ORPCError<string, unknown> {
  if (error instanceof ORPCError) return error;
  const appError = toAppError(error);
  return new ORPCError(appErrorCode, { message: appError.message, data: toWireError(appError), cause: error });
}

export function fromRpcError(error: unknown): AppError {
  if (error instanceof ORPCError && error.code === appErrorCode) {
    const parsed = zWireError.safeParse(error.data);
    if (parsed.success) return fromWireError(parsed.data);
  }
  return toAppError(error);
}

/** Another version of the program may know codes that this one does not. */
function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}

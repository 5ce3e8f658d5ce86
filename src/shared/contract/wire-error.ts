import { AppError } from '#base/app-error';
import { errorCodes, type ErrorCode } from '#base/error-codes';
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

/** Another version of the program may know codes that this one does not. */
function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}

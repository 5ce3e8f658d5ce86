import { oc } from '@orpc/contract';

import { appErrorCode, zWireError } from './wire-error.ts';

/** A procedure of ours: what it throws reaches the caller as an `AppError`. */
export const call = oc.errors({ [appErrorCode]: { data: zWireError } });

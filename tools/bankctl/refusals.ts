// The bank's own words in an error.
import { ConnectError } from '@connectrpc/connect';
import { type ErrorDetail, ErrorDetailSchema } from '#gen/bank/type/v1/error_pb.ts';

/** What the bank says of an error, or undefined when the error is not the bank's. */
export function detailOf(error: ConnectError): ErrorDetail | undefined {
  return error.findDetails(ErrorDetailSchema)[0];
}

/** The reason of an error, e.g. `ACCOUNT_NOT_FOUND`; undefined when it is not a refusal by the bank. */
export function reasonOf(error: unknown): string | undefined {
  return error instanceof ConnectError ? detailOf(error)?.reason : undefined;
}

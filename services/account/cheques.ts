// How cheques and their stops are told, and how payees are compared.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import anyAscii from 'any-ascii';
import { toMoney } from '#chassis/money.ts';
import type { Vault } from '#chassis/sealing.ts';
import { type ChequeSchema, ChequeState, type ChequeStopSchema } from '#gen/bank/account/v1/cheque_pb.ts';
import type { ChequeRow, StopRow } from './cheque-tables.ts';

/** A payee's name as it is compared: its letters and digits alone, whatever their case and accents. Null for no name. */
export function payeeHash(vault: Vault, name: string): Buffer | null {
  const letters = anyAscii(name)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
  return letters === '' ? null : vault.hash('cheque.payee', letters);
}

/** The message of a cheque. */
export function chequeMessage(row: ChequeRow, currency: string): MessageInitShape<typeof ChequeSchema> {
  const money = (minor: string) => toMoney({ currency, minor: BigInt(minor) });
  const left = row.isStopped ? ChequeState.STOPPED : ChequeState.OUTSTANDING;
  return {
    number: row.number,
    state: row.transactionId === null ? left : ChequeState.PAID,
    ...(row.amount !== null && { amount: money(row.amount) }),
    payDate: row.payDate ?? '',
    transactionId: row.transactionId ?? '',
    ...(row.issuedAmount !== null && { issuedAmount: money(row.issuedAmount) }),
  };
}

/** The message of a stop. */
export function stopMessage(row: StopRow): MessageInitShape<typeof ChequeStopSchema> {
  const money = (minor: string) => toMoney({ currency: row.currency, minor: BigInt(minor) });
  return {
    chequeStopId: row.id,
    accountId: row.accountId,
    firstNumber: row.firstNumber ?? 0,
    lastNumber: row.lastNumber ?? 0,
    ...(row.amount !== null && { amount: money(row.amount) }),
    expireDate: row.expireDate,
    ...(row.fee !== '0' && { fee: money(row.fee) }),
    lifted: row.isLifted,
    createTime: timestampFromMs(row.createTime),
  };
}

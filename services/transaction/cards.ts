// What the RPCs of what is asked by cards share.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { CommandTx } from '#chassis/command.ts';
import { toMoney } from '#chassis/money.ts';
import type { Vault } from '#chassis/sealing.ts';
import {
  CardAuthorizationSchema,
  type CardMessageKey,
  CardAuthorizationState as States,
  CardUse as Uses,
} from '#gen/bank/transaction/v1/card_authorization_pb.ts';
import { CardAuthorizationChangedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { withYear } from '#rules/iso8583/words.ts';
import { type CardAuthorizationRow, updateCardAuthorization } from './card-tables.ts';
import { approvalCodeOf } from './domain/card-response.ts';
import type { CardAuthorizationState, CardUse } from './domain/words.ts';
import { openParticulars, sealParticulars } from './particulars.ts';

const STATES: Readonly<Record<CardAuthorizationState, States>> = {
  pending: States.PENDING,
  approved: States.APPROVED,
  declined: States.DECLINED,
  reversed: States.REVERSED,
  cleared: States.CLEARED,
};

const USES: Readonly<Record<CardUse, Uses>> = {
  withdrawal: Uses.WITHDRAWAL,
  purchase: Uses.PURCHASE,
  online: Uses.ONLINE,
};

/** The word of a use; unspecified there is none. */
export function useOf(use: Uses): CardUse {
  const [word] = Object.entries(USES).find(([, value]) => value === use) ?? [];
  if (word === undefined) throw new Error(`a card is used for ${use}`);
  return word as CardUse;
}

/** A message's key as it is stored: with the year, as trace numbers and times come again. */
export function keyTextOf(key: CardMessageKey | undefined, nowMs = Date.now()): string {
  const { acquirer = '', traceNumber = '', transmissionTime = '' } = key ?? {};
  return `${acquirer}/${traceNumber}/${withYear(transmissionTime, nowMs)}`;
}

/** Who is paid, sealed, in base64. Of a card that the bank does not know there is nobody's key to seal it with. */
export async function sealMerchant(vault: Vault, partyId: string, merchant: string): Promise<string | null> {
  if (partyId === '') return null;
  const sealed = await sealParticulars(vault, partyId, { remittanceInformation: '', counterparty: merchant });
  return sealed?.toString('base64') ?? null;
}

/** Whether something is approved, of which the code says so. */
export function isApproved(code: string): boolean {
  return code === '00' || code === '10';
}

/** Writes where what was asked is now, and tells of it. Answers it. */
export async function changeTo(
  tx: CommandTx,
  row: CardAuthorizationRow,
  to: Partial<CardAuthorizationRow>,
): Promise<CardAuthorizationRow> {
  const changed = { ...row, ...to, version: row.version + 1 };
  await tx.execute(updateCardAuthorization(changed));
  publishCardAuthorization(tx, changed);
  return changed;
}

/** Tells of what was asked by a card. */
export function publishCardAuthorization(tx: CommandTx, row: CardAuthorizationRow): void {
  const event = {
    cardAuthorizationId: row.id,
    cardId: row.cardId,
    accountId: row.accountId,
    state: STATES[row.state],
    ...(row.use && { use: USES[row.use] }),
    ...(row.amount !== '0' && { amount: moneyOf(row, row.amount) }),
    responseCode: row.responseCode,
  };
  tx.publish(CardAuthorizationChangedSchema, event, { id: row.id, sequence: row.version });
}

/** What the audit keeps of a command about it. */
export function recordOf({ id, cardId, accountId, partyId }: CardAuthorizationRow) {
  return { resourceIds: [id, cardId, accountId].filter(Boolean), partyId };
}

/** The message of what was asked by a card, with its personal text opened. */
export async function cardAuthorizationMessage(vault: Vault, row: CardAuthorizationRow) {
  const sealed = row.particulars === null ? null : Buffer.from(row.particulars, 'base64');
  const { counterparty } = await openParticulars(vault, sealed);
  return create(CardAuthorizationSchema, {
    cardAuthorizationId: row.id,
    cardId: row.cardId,
    accountId: row.accountId,
    state: STATES[row.state],
    ...(row.use && { use: USES[row.use] }),
    requestedAmount: moneyOf(row, row.requested),
    ...(row.amount !== '0' && { amount: moneyOf(row, row.amount) }),
    responseCode: row.responseCode,
    approvalCode: isApproved(row.responseCode) ? approvalCodeOf(row.id) : '',
    advice: row.advice,
    merchant: counterparty,
    transactionId: row.transactionId,
    createTime: timestampFromMs(row.createTime),
    ...(row.state === 'approved' && { expireTime: timestampFromMs(row.expireTime) }),
  });
}

/** An amount of it. */
export function moneyOf({ currency }: Pick<CardAuthorizationRow, 'currency'>, amount: string) {
  return toMoney({ currency, minor: BigInt(amount) });
}

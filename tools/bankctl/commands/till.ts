import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  type Till,
  TillDifferenceReason,
  type TillEntry,
  TillEntryKind,
  TillEntryState,
  TillState,
  VaultDirection,
} from '#gen/bank/transaction/v1/till_pb.ts';
import {
  CloseTillResponseSchema,
  GetTillResponseSchema,
  GetVaultResponseSchema,
  ListTillEntriesResponseSchema,
  ListTillsResponseSchema,
  MoveTillCashResponseSchema,
  MoveVaultCashResponseSchema,
  OpenTillResponseSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

const client = ({ bank }: Session) => bank().client(TransactionService);
const commandOf = ({ requestId = randomUUID(), validateOnly = false }: WriteOptions) => ({ requestId, validateOnly });

/** Opens a till. */
export async function openTill(
  session: Session,
  options: WriteOptions & { readonly teller?: string },
  branchId = '',
  drawer = '',
  amount = '',
  currency = '',
): Promise<void> {
  const answer = await client(session).openTill({
    ...commandOf(options),
    branchId,
    drawerNumber: Number(drawer),
    tellerId: options.teller ?? '',
    float: { currencyCode: currency.toUpperCase(), amount },
  });
  await session.out.message(OpenTillResponseSchema, answer, () => tillText(answer.till));
}

/** Makes the command that moves cash one way between a till and the vault. */
export function moveTillCash(way: 'to-vault' | 'from-vault') {
  return async (session: Session, options: WriteOptions, tillId = '', amount = ''): Promise<void> => {
    const { till } = await client(session).getTill({ tillId });
    const answer = await client(session).moveTillCash({
      ...commandOf(options),
      tillId,
      direction: way === 'to-vault' ? VaultDirection.IN : VaultDirection.OUT,
      amount: { currencyCode: till?.balance?.currencyCode ?? '', amount },
    });
    await session.out.message(MoveTillCashResponseSchema, answer, () => tillText(answer.till));
  };
}

/** Counts a till and closes it. */
export async function closeTill(
  session: Session,
  options: WriteOptions & { readonly count?: readonly string[]; readonly reason?: string },
  tillId = '',
): Promise<void> {
  const counted = (options.count ?? []).map(countedOf);
  const { till } = await client(session).getTill({ tillId });
  const currencyCode = till?.balance?.currencyCode ?? '';
  const counts = counted.map(({ amount, count }) => ({ denomination: { currencyCode, amount }, count }));
  const reasons: Readonly<Record<string, TillDifferenceReason>> = TillDifferenceReason;
  const differenceReason = reasons[(options.reason ?? 'unspecified').replace('-', '_').toUpperCase()] ?? 0;
  const answer = await client(session).closeTill({ ...commandOf(options), tillId, counts, differenceReason });
  await session.out.message(CloseTillResponseSchema, answer, () => tillText(answer.till));
}

/** Shows a till. */
export async function showTill(session: Session, _options: object, tillId = ''): Promise<void> {
  const answer = await client(session).getTill({ tillId });
  await session.out.message(GetTillResponseSchema, answer, () => tillText(answer.till));
}

/** Lists the tills of a branch. */
export async function listTills(
  session: Session,
  { limit, state }: ListOptions & { readonly state?: string },
  branchId = '',
): Promise<void> {
  const states: Readonly<Record<string, TillState>> = TillState;
  const wanted = states[state?.toUpperCase() ?? ''] ?? TillState.UNSPECIFIED;
  const tills: Till[] = [];
  const pages = pagesOf((asked) => client(session).listTills({ ...asked, branchId, state: wanted }), limit);
  for await (const page of pages) tills.push(...page.tills);
  await session.out.message(ListTillsResponseSchema, create(ListTillsResponseSchema, { tills }), () =>
    table(
      ['till', 'drawer', 'teller', 'state', 'balance', 'difference', 'opened', 'closed'],
      tills.map((one) => [
        one.tillId,
        String(one.drawerNumber),
        one.tellerId,
        word(TillState, one.state),
        money(one.balance),
        money(one.difference),
        one.openDate,
        one.closeDate,
      ]),
      ['balance', 'difference'],
    ),
  );
}

/** Lists what went through a till. */
export async function listTillEntries(session: Session, { limit }: ListOptions, tillId = ''): Promise<void> {
  const entries: TillEntry[] = [];
  const pages = pagesOf((asked) => client(session).listTillEntries({ ...asked, tillId }), limit);
  for await (const page of pages) entries.push(...page.entries);
  await session.out.message(ListTillEntriesResponseSchema, create(ListTillEntriesResponseSchema, { entries }), () =>
    table(
      ['no', 'what', 'state', 'amount', 'transaction', 'booked'],
      entries.map((one) => [
        String(one.number),
        word(TillEntryKind, one.kind),
        word(TillEntryState, one.state),
        money(one.amount),
        one.transactionId,
        one.bookingDate,
      ]),
      ['amount'],
    ),
  );
}

function tillText(till: Till | undefined): string {
  if (!till) return '';
  return fields([
    ['till', till.tillId],
    ['state', word(TillState, till.state)],
    ['branch', till.branchId],
    ['drawer', String(till.drawerNumber)],
    ['teller', till.tellerId],
    ['balance', money(till.balance)],
    ['float', money(till.float)],
    ['counted', money(till.counted)],
    ['difference', money(till.difference)],
    ['opened', till.openDate],
    ['closed', till.closeDate],
  ]);
}

/** Makes the command that brings cash into a vault, or fetches it. */
export function moveVaultCash(way: 'bring' | 'fetch') {
  return async (session: Session, options: WriteOptions, branchId = '', amount = '', currency = ''): Promise<void> => {
    const answer = await client(session).moveVaultCash({
      ...commandOf(options),
      branchId,
      direction: way === 'bring' ? VaultDirection.IN : VaultDirection.OUT,
      amount: { currencyCode: currency.toUpperCase(), amount },
    });
    await session.out.message(MoveVaultCashResponseSchema, answer, () =>
      fields([
        ['journal', answer.journalId],
        ['booked', answer.bookingDate],
      ]),
    );
  };
}

/** Says how much is in a vault. */
export async function showVault(session: Session, _options: object, branchId = '', currency = ''): Promise<void> {
  const answer = await client(session).getVault({ branchId, currencyCode: currency.toUpperCase() });
  await session.out.message(GetVaultResponseSchema, answer, () => fields([['balance', money(answer.balance)]]));
}

function countedOf(text: string) {
  const [, amount, count] = /^(\d+(?:\.\d+)?)=(\d{1,9})$/.exec(text) ?? [];
  if (amount === undefined) throw usage(`${text} says not how many there are of what; write it like 2000.00=3.`);
  return { amount, count: Number(count) };
}

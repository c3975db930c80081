import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type Hold, HoldState } from '#gen/bank/transaction/v1/hold_pb.ts';
import {
  CaptureHoldResponseSchema,
  ExtendHoldResponseSchema,
  GetHoldResponseSchema,
  type ListHoldsResponse,
  ListHoldsResponseSchema,
  PlaceHoldResponseSchema,
  ReleaseHoldResponseSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { amountOn } from '../amounts.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, money, table, word } from '../output.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';
import { creditorNamed, headOf } from './money.ts';
import { transactionText } from './transaction.ts';

interface PlaceOptions extends WriteOptions {
  readonly currency?: string;
  readonly text?: string;
  readonly limit?: string;
  readonly until: Date;
}

/** Keeps money of one account for another. */
export async function placeHold(
  { bank, out }: Session,
  options: PlaceOptions,
  from = '',
  to = '',
  amount = '',
): Promise<void> {
  const open = bank();
  const of = (text: string) => amountOn(open, from, text, options.currency);
  const answer = await open.client(TransactionService).placeHold({
    ...headOf(options),
    debtorAccountId: from,
    creditor: creditorNamed(to),
    amount: await of(amount),
    ...(options.limit && { captureLimit: await of(options.limit) }),
    expireTime: timestampFromDate(options.until),
  });
  await out.message(PlaceHoldResponseSchema, answer, () => holdText(answer.hold));
}

/** Takes money that is held. */
export async function captureHold(
  { bank, out }: Session,
  options: WriteOptions & { text?: string; final?: boolean },
  holdId = '',
  amount = '',
): Promise<void> {
  const transactions = bank().client(TransactionService);
  const { hold } = await transactions.getHold({ holdId });
  const answer = await transactions.captureHold({
    ...headOf(options),
    holdId,
    amount: { currencyCode: hold?.amount?.currencyCode ?? '', amount },
    final: options.final ?? false,
  });
  await out.message(CaptureHoldResponseSchema, answer, () => transactionText(answer.transaction));
}

/** Lets a hold expire later. */
export async function extendHold(
  { bank, out }: Session,
  options: WriteOptions & { until: Date },
  holdId = '',
): Promise<void> {
  const { requestId, validateOnly } = headOf(options);
  const expireTime = timestampFromDate(options.until);
  const answer = await bank().client(TransactionService).extendHold({ requestId, validateOnly, holdId, expireTime });
  await out.message(ExtendHoldResponseSchema, answer, () => holdText(answer.hold));
}

/** Lets a hold go. */
export async function releaseHold({ bank, out }: Session, options: WriteOptions, holdId = ''): Promise<void> {
  const { requestId, validateOnly } = headOf(options);
  const answer = await bank().client(TransactionService).releaseHold({ requestId, validateOnly, holdId });
  await out.message(ReleaseHoldResponseSchema, answer, () => holdText(answer.hold));
}

/** Shows a hold. */
export async function getHold({ bank, out }: Session, _options: object, holdId = ''): Promise<void> {
  const answer = await bank().client(TransactionService).getHold({ holdId });
  await out.message(GetHoldResponseSchema, answer, () => holdText(answer.hold));
}

/** Lists the holds of an account. */
export async function listHolds(
  { bank, out }: Session,
  { limit, open = false }: ListOptions & { open?: boolean },
  accountId = '',
): Promise<void> {
  const answer = await bank()
    .client(TransactionService)
    .listHolds({
      accountId,
      state: open ? HoldState.OPEN : HoldState.UNSPECIFIED,
      pageSize: Number.isFinite(limit) ? limit : 1_000,
    });
  await out.message(ListHoldsResponseSchema, answer, () => holdsText(answer));
}

function holdText(hold: Hold | undefined): string {
  return fields([
    ['hold', hold?.holdId ?? ''],
    ['state', word(HoldState, hold?.state ?? HoldState.UNSPECIFIED)],
    ['from', hold?.debtorAccountId ?? ''],
    ['for', hold?.creditorAccountId ?? ''],
    ['amount', money(hold?.amount)],
    ['at most', money(hold?.captureLimit)],
    ['captured', money(hold?.captured)],
    ['held', money(hold?.held)],
    ['expires', time(hold?.expireTime)],
    ['text', hold?.remittanceInformation ?? ''],
  ]);
}

function holdsText({ holds }: ListHoldsResponse): Promise<string> {
  const rows = holds.map(({ holdId, state, amount, captured, held, expireTime }) => [
    holdId,
    word(HoldState, state),
    money(amount),
    money(captured),
    money(held),
    time(expireTime),
  ]);
  return table(['hold', 'state', 'amount', 'captured', 'held', 'expires'], rows);
}

import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  type Account,
  AccountState,
  type FinalPayout,
  FreezeReason,
  MaturityInstruction,
  type StatusChange,
} from '#gen/bank/account/v1/account_pb.ts';
import {
  AccountService,
  CloseAccountResponseSchema,
  EscheatAccountResponseSchema,
  ListStatusChangesResponseSchema,
  MarkAccountDormantResponseSchema,
  SetMaturityInstructionResponseSchema,
  WakeAccountResponseSchema,
  WithdrawTermDepositResponseSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';
import { accountText, oneOf } from './account.ts';

/** Closes an account for good. */
export async function closeAccount(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, sweep = '' }: WriteOptions & { sweep?: string },
  accountId = '',
): Promise<void> {
  const request = { requestId, validateOnly, accountId, sweepAccountId: sweep };
  const answer = await bank().client(AccountService).closeAccount(request);
  await out.message(CloseAccountResponseSchema, answer, () => endText(answer));
}

/** Ends a term deposit before it matures. */
export async function withdrawTermDeposit(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  accountId = '',
  sweepAccountId = '',
): Promise<void> {
  const request = { requestId, validateOnly, accountId, sweepAccountId };
  const answer = await bank().client(AccountService).withdrawTermDeposit(request);
  await out.message(WithdrawTermDepositResponseSchema, answer, () => endText(answer));
}

/** Says what shall become of a term deposit. */
export async function setMaturityInstruction(
  { bank, out }: Session,
  options: WriteOptions & { instruction: string; payout?: string },
  accountId = '',
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, payout: payoutAccountId = '' } = options;
  const instruction = oneOf(MaturityInstruction, options.instruction);
  const request = { requestId, validateOnly, accountId, instruction, payoutAccountId };
  const answer = await bank().client(AccountService).setMaturityInstruction(request);
  await out.message(SetMaturityInstructionResponseSchema, answer, () => accountText(answer.account));
}

/** Wakes an account. */
export async function wakeAccount(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  accountId = '',
): Promise<void> {
  const answer = await bank().client(AccountService).wakeAccount({ requestId, validateOnly, accountId });
  await out.message(WakeAccountResponseSchema, answer, () => accountText(answer.account));
}

/** Makes an account inactive or dormant. */
export async function markAccountDormant(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, state }: WriteOptions & { state: string },
  accountId = '',
): Promise<void> {
  const request = { requestId, validateOnly, accountId, state: oneOf(AccountState, state) };
  const answer = await bank().client(AccountService).markAccountDormant(request);
  await out.message(MarkAccountDormantResponseSchema, answer, () => accountText(answer.account));
}

/** Ends a dormant account. */
export async function escheatAccount(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  accountId = '',
): Promise<void> {
  const answer = await bank().client(AccountService).escheatAccount({ requestId, validateOnly, accountId });
  await out.message(EscheatAccountResponseSchema, answer, () => endText(answer));
}

/** Lists the life of an account. */
export async function accountHistory({ bank, out }: Session, { limit }: ListOptions, accountId = ''): Promise<void> {
  const service = bank().client(AccountService);
  const changes: StatusChange[] = [];
  for await (const page of pagesOf((asked) => service.listStatusChanges({ ...asked, accountId }), limit)) {
    changes.push(...page.changes);
  }
  await out.message(ListStatusChangesResponseSchema, create(ListStatusChangesResponseSchema, { changes }), () =>
    table(
      ['time', 'state', 'why', 'frozen', 'order', 'by', 'approved by'],
      changes.map(({ createTime, toState, reason, freeze, actorId, approverId }) => [
        time(createTime),
        word(AccountState, toState),
        reason,
        freeze ? word(FreezeReason, freeze.reason) : '',
        freeze?.reference ?? '',
        actorId,
        approverId,
      ]),
    ),
  );
}

/** An account that has ended, with what it paid. */
export function endText({
  account,
  payout,
}: {
  account?: Account | undefined;
  payout?: FinalPayout | undefined;
}): string {
  const paid = payout
    ? fields([
        ['interest', money(payout.interest)],
        ['penalty', money(payout.penalty)],
        ['tax withheld', money(payout.withholdingTax)],
        ['swept', money(payout.swept)],
        ['to', payout.sweepAccountId],
      ])
    : '';
  return [accountText(account), paid].filter(Boolean).join('\n');
}

import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  AccountType,
  type Estate,
  EstateAccountState,
  type Holder,
  type HolderChange,
  HolderRole,
} from '#gen/bank/account/v1/account_pb.ts';
import {
  AccountService,
  ChangeHoldersResponseSchema,
  ListEstatesResponseSchema,
  ListHolderChangesResponseSchema,
  PayOutEstateResponseSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { CustomerService, ReportDeathResponseSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';
import { accountText, oneOf, readHolder } from './account.ts';
import { endText } from './account-life.ts';
import { customerText } from './customer.ts';

/** Reports that a customer has died. */
export async function reportDeath(
  { bank, out }: Session,
  options: WriteOptions & { date: string; evidence: string },
  customerId = '',
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, date: deathDate, evidence: evidenceReference } = options;
  const request = { requestId, validateOnly, customerId, deathDate, evidenceReference };
  const answer = await bank().client(CustomerService).reportDeath(request);
  await out.message(ReportDeathResponseSchema, answer, () => customerText(answer.customer));
}

/** Lists what those leave who have died. */
export async function listEstates({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank().client(AccountService);
  const estates: Estate[] = [];
  for await (const page of pagesOf((asked) => service.listEstates(asked), limit)) estates.push(...page.estates);
  await out.message(ListEstatesResponseSchema, create(ListEstatesResponseSchema, { estates }), () =>
    table(
      ['customer', 'died', 'evidence', 'account', 'state', 'reason'],
      estates.flatMap(({ customerId, deathDate, evidenceReference, accounts }) =>
        accounts.map(({ accountId, state, reason }) => [
          customerId,
          deathDate,
          evidenceReference,
          accountId,
          word(EstateAccountState, state),
          reason,
        ]),
      ),
    ),
  );
}

/** Ends an account of somebody who has died. */
export async function payOutEstate(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  accountId = '',
  sweepAccountId = '',
): Promise<void> {
  const request = { requestId, validateOnly, accountId, sweepAccountId };
  const answer = await bank().client(AccountService).payOutEstate(request);
  await out.message(PayOutEstateResponseSchema, answer, () => endText(answer));
}

/** Changes who holds an account. */
export async function changeHolders(
  { bank, out }: Session,
  options: WriteOptions & { holder: readonly string[]; type?: string },
  accountId = '',
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, holder, type } = options;
  const holders = holder.map(readHolder);
  const request = { requestId, validateOnly, accountId, holders, type: type ? oneOf(AccountType, type) : 0 };
  const answer = await bank().client(AccountService).changeHolders(request);
  await out.message(ChangeHoldersResponseSchema, answer, () => accountText(answer.account));
}

/** Lists how those who hold an account have changed. */
export async function listHolderChanges({ bank, out }: Session, { limit }: ListOptions, accountId = ''): Promise<void> {
  const service = bank().client(AccountService);
  const changes: HolderChange[] = [];
  for await (const page of pagesOf((asked) => service.listHolderChanges({ ...asked, accountId }), limit)) {
    changes.push(...page.changes);
  }
  await out.message(ListHolderChangesResponseSchema, create(ListHolderChangesResponseSchema, { changes }), () =>
    table(
      ['time', 'before', 'after', 'by', 'approved by'],
      changes.map(({ createTime, before, after, authorId, approverId }) => [
        time(createTime),
        inShort(before),
        inShort(after),
        authorId,
        approverId,
      ]),
    ),
  );
}

function inShort(holders: readonly Holder[]): string {
  return holders.map(({ customerId, role }) => `${customerId} ${word(HolderRole, role)}`).join(', ');
}

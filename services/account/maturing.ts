// The step that ends the deposits which mature: each is paid out, or renewed as a new account by the newest version of its product, at the
// rate of that day. Either is commands of the bank's own, with keys made of the account and its day: so they happen once, whoever dies; one that
// is refused is tried again at the end of each day, and when somebody wants it.
import { setTimeout as sleep } from 'node:timers/promises';
import { create, type DescMethodUnary } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { ownCall } from '#chassis/call-context.ts';
import { nextTryKey } from '#chassis/claims.ts';
import { claimKey } from '#chassis/command.ts';
import { Refusal } from '#chassis/errors.ts';
import { MaturityInstruction } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService, OpenAccountResponseSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { holdersMessage, readAccount } from './accounts.ts';
import type { Context } from './context.ts';
import { type StepRun, setAside } from './day-steps.ts';
import { accountTypes, statementFrequencies } from './domain/words.ts';

const PAGE = 200;
const LOOK_MS = 50;

interface DueRow {
  readonly id: string;
  readonly maturityDate: string;
}

/** Ends the deposits that mature on the day after one, or should have before. */
export async function matureDeposits(context: Context, run: StepRun): Promise<void> {
  const until = run.date.add({ days: 1 }).toString();
  await untilOver(context, run.date);
  for (let after = run.cursor; ; ) {
    const page = await context.database.query(selectMaturing(until, after));
    const last = page.at(-1);
    if (!last) return;
    const left = (await Promise.all(page.map((row) => attemptOne(context, row)))).flat();
    after = last.id;
    await run.advance(async (tx) => {
      for (const { id, reason } of left) await setAside(tx, run, id, reason);
      return { cursor: after, count: page.length - left.length };
    });
  }
}

/** Waits until this process, too, sees that a day is over: within a quarter of a second of its turn. */
async function untilOver({ clock }: Context, day: Temporal.PlainDate): Promise<void> {
  while (Temporal.PlainDate.compare((await clock.read()).openDate, day) <= 0) await sleep(LOOK_MS);
}

function selectMaturing(until: string, after: string, only = ''): RawBuilder<DueRow> {
  return sql<DueRow>`
    select id, maturity_date::text as "maturityDate" from account
    where maturity_date <= ${until}::date and close_date is null and id > ${after}
      and (${only} = '' or id = ${only})
    order by id limit ${PAGE}
  `;
}

async function attemptOne(context: Context, row: DueRow): Promise<{ id: string; reason: string }[]> {
  try {
    await matureOne(context, row);
    return [];
  } catch (error) {
    return [{ id: row.id, reason: error instanceof Refusal ? error.reason : String(error) }];
  }
}

async function matureOne(context: Context, { id, maturityDate }: DueRow): Promise<void> {
  const { row, holders, details } = await readAccount(context, id);
  const { closeAccount, openAccount } = AccountService.method;
  // What was refused is tried again under another key: an answer is for ever, and what it was refused for is not.
  const own = async (method: DescMethodUnary, what: string) => {
    const { rpc, owner } = claimKey(method, ownCall('account', context.log), '');
    const requestId = await nextTryKey(context.database, { rpc, owner }, `${what}/${id}/${maturityDate}`);
    return { requestId, validateOnly: false };
  };
  let sweepAccountId = row.payoutAccountId ?? '';
  if (row.maturityInstruction === 'renew') {
    const opening = create(openAccount.input, {
      ...(await own(openAccount, 'renewed')),
      type: accountTypes.value(row.type),
      productId: row.productId,
      holders: holdersMessage(holders),
      displayName: details.displayName,
      branchId: row.branchId,
      statementFrequency: statementFrequencies.value(row.statementFrequency),
      maturityInstruction: MaturityInstruction.RENEW,
      payoutAccountId: sweepAccountId,
    });
    const opened = create(OpenAccountResponseSchema, await act(context, openAccount.name, opening));
    sweepAccountId = opened.account?.accountId ?? '';
  }
  await act(
    context,
    closeAccount.name,
    create(closeAccount.input, { ...(await own(closeAccount, 'matured')), accountId: id, sweepAccountId }),
  );
}

async function act(context: Context, name: string, request: object): Promise<object> {
  const known = context.signable.get(name);
  if (!known) throw new Error(`${name} is nothing that the bank does by itself`);
  return known.act(request as never, ownCall('account', context.log));
}

/** Tries again what could not be ended. */
export async function matureAgain(context: Context, accountId: string, day: string): Promise<void> {
  const until = Temporal.PlainDate.from(day).add({ days: 1 }).toString();
  for (const row of await context.database.query(selectMaturing(until, '', accountId))) await matureOne(context, row);
  await context.database.query(sql`
    delete from set_aside where step = 'mature-deposits' and account_id = ${accountId} and retry
  `);
}

// The step that lets accounts fall asleep whose holders have moved nothing for as long as their product says, and that wakes those
// that are inactive and were moved. Which were moved, the ledger tells for the whole day; which are due, one statement finds for many
// accounts. Each that changes is a command of its own, with a key made of the account and the day: so it happens once, whoever dies.
import { create, fromJson, type JsonObject } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { ownCall } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import type { CommandTx } from '#chassis/command.ts';
import { Refusal } from '#chassis/errors.ts';
import { deriveId } from '#chassis/id.ts';
import type { Vault } from '#chassis/sealing.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { type Account, ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { openDetails, readHolders } from './accounts.ts';
import { applyChange, lockFree, whenFree } from './changes.ts';
import type { Context } from './context.ts';
import { type StepRun, setAside } from './day-steps.ts';
import { type Dormancy, dormancyEvent, dormantDate, next, type Quiet } from './domain/life.ts';
import { type Publish, publishDormant, publishInactive, publishWoken } from './events.ts';
import { type By, moveTo, type StatusReason, THE_BANK } from './status.ts';
import type { AccountRow } from './tables.ts';

const PAGE = 500;
/** Each page of movements is a look through all of the day's entries. */
const MOVED_PAGE = 20_000;

interface DormancyProduct {
  readonly id: string;
  readonly version: number;
  readonly terms: Dormancy;
}

type DueRow = Quiet & { readonly id: string; readonly partyId: string };

/** Takes over what was moved on a day, and lets the accounts of each product fall asleep, or wake. */
export async function keepDormancy(context: Context, run: StepRun): Promise<void> {
  // How far it is: in the movements, or in the accounts of a product.
  const [part = '', at = ''] = run.cursor === '' ? ['moved', ''] : run.cursor.split(' ');
  if (part === 'moved') await takeOverMovements(context, run, at);
  for (const product of await dormancyProducts(context)) {
    const name = `${product.id}/${product.version}`;
    if (part !== 'moved' && name < part) continue;
    for (let after = name === part ? at : ''; ; ) {
      const page = await context.database.query(selectDue(product, run.date.toString(), after));
      const left = await keepPage(context, run, product, page);
      const last = page.at(-1);
      if (!last) break;
      after = last.id;
      await run.advance(async (tx) => {
        for (const { id, reason } of left) await setAside(tx, run, id, reason);
        return { cursor: `${name} ${after}`, count: page.length - left.length };
      });
      if (page.length < PAGE) break;
    }
  }
}

async function takeOverMovements({ ledger }: Context, run: StepRun, at: string): Promise<void> {
  const businessDate = run.date.toString();
  for (let after = at; ; ) {
    const { ledgerAccountIds: ids } = await ledger.listMovedAccounts({
      businessDate,
      afterLedgerAccountId: after,
      pageSize: MOVED_PAGE,
    });
    const last = ids.at(-1);
    if (last === undefined) return;
    after = last;
    await run.advance(async (tx) => {
      await tx.query(saveMovements(ids.map((id) => ({ accountId: deriveId('acc', id), date: businessDate }))));
      return { cursor: `moved ${last}`, count: 0 };
    });
    if (ids.length < MOVED_PAGE) return;
  }
}

/** Keeps the last day on which accounts were moved by who holds them. */
export function saveMovements(
  rows: readonly { readonly accountId: string; readonly date: string }[],
): RawBuilder<unknown> {
  return sql`
    insert into last_movement as m (account_id, date)
    select a.id, max(r.date) from unnest(
      ${sqlArray(rows.map(({ accountId }) => accountId))}::text[], ${sqlArray(rows.map(({ date }) => date))}::date[]
    ) as r (id, date) join account a on a.id = r.id group by a.id
    on conflict (account_id) do update set date = excluded.date where m.date < excluded.date
  `;
}

async function dormancyProducts({ database }: Context): Promise<DormancyProduct[]> {
  const rows = await database.query(sql<{ id: string; version: number; terms: JsonObject }>`
    select id, version, terms from product where terms ? 'dormancy' order by id || '/' || version
  `);
  return rows.flatMap(({ id, version, terms }) => {
    const { dormancy } = fromJson(ProductTermsSchema, terms);
    return dormancy ? [{ id, version, terms: dormancy }] : [];
  });
}

/** The accounts of a product after an id for which the end of the day may have something to do: what exactly, the rules say. */
function selectDue({ id, version, terms }: DormancyProduct, day: string, after: string, only = ''): RawBuilder<DueRow> {
  return sql<DueRow>`
    select a.id, a.state, a.party_id as "partyId", a.freeze_debits as "freezeDebits", a.state_date::text as "stateSince",
      greatest(a.open_date, m.date)::text as "lastMoved"
    from account a left join last_movement m on m.account_id = a.id
    where a.product_id = ${id} and a.product_version = ${version} and a.id > ${after}
      -- What is bound for a term cannot be moved: it matures, and that is the end of it.
      and a.maturity_date is null
      and (a.state = 'inactive' or a.state = 'active' and not a.freeze_debits
        and greatest(a.open_date, m.date) <= ${day}::date - ${terms.inactiveAfterDays}::integer)
      and ${only === '' ? sql`true` : sql`a.id = ${only}`}
    order by a.id limit ${PAGE}
  `;
}

/** Does what is due; answers which could not be done, and why. */
async function keepPage(
  context: Context,
  { date }: Pick<StepRun, 'date'>,
  product: DormancyProduct,
  page: readonly DueRow[],
) {
  const day = date.toString();
  const done = await Promise.all(
    page.map(async (row) => {
      const { id } = row;
      try {
        if (dormancyEvent(product.terms, row, day) !== undefined) await keepOne(context, product, row, day);
        return [];
      } catch (error) {
        return [{ id, reason: error instanceof Refusal ? error.reason : String(error) }];
      }
    }),
  );
  return done.flat();
}

const { method } = AccountService;

async function keepOne(
  context: Context,
  { terms }: DormancyProduct,
  { id, partyId }: DueRow,
  day: string,
): Promise<void> {
  const call = ownCall('account', context.log);
  const request = create(method.markAccountDormant.input, {
    accountId: id,
    requestId: ownKey(`dormancy/${id}/${day}`),
  });
  await context.vault.ready(partyId);
  await whenFree(call, () =>
    context.commands.run(method.markAccountDormant, request, call, {
      decide: async (tx) => {
        const row = await lockFree(tx, id);
        const [quiet] = await tx.query(selectQuiet(id));
        const event = quiet && dormancyEvent(terms, quiet, day);
        // Something has become of it since.
        if (event === undefined) return {};
        const wakes = event === 'move';
        const publish = wakes
          ? publishWoken(row.state)
          : event === 'rest'
            ? publishInactive(dormantDate(terms, day))
            : publishDormant;
        const reason = wakes ? ('MOVEMENT' as const) : ('NO_MOVEMENT' as const);
        const change = { state: next(row.state, event), day, reason, by: THE_BANK, publish };
        return { account: await changeState(context.vault, tx, row, change) };
      },
    }),
  );
}

function selectQuiet(id: string): RawBuilder<Quiet> {
  return sql<Quiet>`
    select a.state, a.freeze_debits as "freezeDebits", a.state_date::text as "stateSince",
      greatest(a.open_date, m.date)::text as "lastMoved"
    from account a left join last_movement m on m.account_id = a.id where a.id = ${id}
  `;
}

/** Takes an account that is locked to another state, and answers it. */
export async function changeState(
  vault: Vault,
  tx: CommandTx,
  row: AccountRow,
  change: {
    readonly state: AccountRow['state'];
    readonly day: string;
    readonly reason: StatusReason;
    readonly by: By;
    readonly publish: Publish;
  },
): Promise<Account> {
  const details = await openDetails(vault, row);
  return applyChange(tx, row, {
    holders: await readHolders(tx.em, row.id),
    before: details,
    after: details,
    apply: (its) => {
      moveTo(tx, its, change.state, change);
      return change.publish;
    },
  });
}

/** Tries again what could not be done for an account at the end of a day. */
export async function keepAgain(context: Context, accountId: string, day: string): Promise<void> {
  for (const product of await dormancyProducts(context)) {
    const [row] = await context.database.query(selectDue(product, day, '', accountId));
    if (row) await keepOne(context, product, row, day);
  }
  await context.database.query(sql`
    delete from set_aside where step = 'keep-dormancy' and account_id = ${accountId} and retry
  `);
}

// What lines of statements say besides amounts: who is on the other side, and what the payer told the payee. Transaction tells it; it is
// kept under the key of the first owner of the account whose line it is, so that it is erased with them.
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { asBuffer } from '#chassis/encode.ts';
import type { Vault } from '#chassis/sealing.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { openDetails, readRows } from './accounts.ts';
import type { Context } from './context.ts';
import type { Line } from './domain/statement.ts';

/** What the lines of a journal on an account say, as it is kept. */
export interface ParticularsRow {
  readonly accountId: string;
  readonly journalId: string;
  readonly counterpartyAccountId: string | null;
  readonly texts: Buffer | null;
}

/** What is personal about a line. */
export interface LineTexts {
  readonly counterpartyName: string;
  readonly counterpartyIban: string;
  readonly remittanceInformation: string;
}

const CONTEXT = 'account.entry_particulars';
const NONE: LineTexts = { counterpartyName: '', counterpartyIban: '', remittanceInformation: '' };

/** Seals the texts of a line; null where there are none. */
export async function sealTexts(vault: Vault, partyId: string, texts: LineTexts): Promise<Buffer | null> {
  const { counterpartyName, counterpartyIban, remittanceInformation } = texts;
  if (counterpartyName === '' && counterpartyIban === '' && remittanceInformation === '') return null;
  const text = JSON.stringify([counterpartyName, counterpartyIban, remittanceInformation]);
  return asBuffer(toBinary(SealedSchema, await vault.seal(partyId, CONTEXT, Buffer.from(text))));
}

async function openTexts(vault: Vault, sealed: Buffer | null): Promise<LineTexts> {
  const opened = sealed && (await vault.open(fromBinary(SealedSchema, sealed), CONTEXT));
  if (!opened) return NONE;
  const [counterpartyName = '', counterpartyIban = '', remittanceInformation = ''] = JSON.parse(opened.toString());
  return { counterpartyName, counterpartyIban, remittanceInformation };
}

/** Keeps what lines say. What is known of a line stays as it is. */
export function insertParticulars(rows: readonly ParticularsRow[]): RawBuilder<unknown> {
  return sql`
    insert into entry_particulars (account_id, journal_id, counterparty_account_id, texts)
    select * from unnest(
      ${sqlArray(rows.map(({ accountId }) => accountId))}::text[],
      ${sqlArray(rows.map(({ journalId }) => journalId))}::text[],
      ${sqlArray(rows.map((row) => row.counterpartyAccountId))}::text[],
      ${sqlArray(rows.map(({ texts }) => texts))}::bytea[]
    )
    on conflict do nothing
  `;
}

type Key = Pick<ParticularsRow, 'accountId' | 'journalId'>;

function selectParticulars(keys: readonly Key[]): RawBuilder<ParticularsRow> {
  return sql<ParticularsRow>`
    select p.account_id as "accountId", p.journal_id as "journalId", p.counterparty_account_id as "counterpartyAccountId", p.texts
    from unnest(
      ${sqlArray(keys.map(({ accountId }) => accountId))}::text[],
      ${sqlArray(keys.map(({ journalId }) => journalId))}::text[]
    ) as k (account_id, journal_id)
    join entry_particulars p using (account_id, journal_id)
  `;
}

/** The lines of accounts with what they say: all of them are asked for at once. */
export async function describeLines(
  { database, vault }: Pick<Context, 'database' | 'vault'>,
  byAccount: ReadonlyMap<string, readonly Line[]>,
): Promise<Map<string, Line[]>> {
  const keys = [...byAccount].flatMap(([accountId, lines]) => lines.map(({ journalId }) => ({ accountId, journalId })));
  const rows = keys.length === 0 ? [] : await database.query(selectParticulars(keys));
  const others = [...new Set(rows.flatMap((row) => row.counterpartyAccountId ?? []))];
  const [texts, ibans] = await Promise.all([
    Promise.all(
      rows.map(async (row): Promise<[string, ParticularsRow & LineTexts]> => {
        return [keyOf(row.accountId, row.journalId), { ...row, ...(await openTexts(vault, row.texts)) }];
      }),
    ),
    ibansOf({ database, vault }, others),
  ]);
  const known = new Map(texts);
  const described = (accountId: string, line: Line): Line => {
    const found = known.get(keyOf(accountId, line.journalId));
    if (!found) return line;
    const { counterpartyName, remittanceInformation, counterpartyAccountId } = found;
    const counterpartyIban = found.counterpartyIban || (ibans.get(counterpartyAccountId ?? '') ?? '');
    return { ...line, counterpartyName, counterpartyIban, remittanceInformation };
  };
  return new Map([...byAccount].map(([id, lines]) => [id, lines.map((line) => described(id, line))]));
}

function keyOf(accountId: string, journalId: string): string {
  return `${accountId}/${journalId}`;
}

async function ibansOf({ database, vault }: Pick<Context, 'database' | 'vault'>, accountIds: readonly string[]) {
  if (accountIds.length === 0) return new Map<string, string>();
  const rows = [...(await readRows(database, accountIds)).values()];
  return new Map(
    await Promise.all(
      rows.map(async (row): Promise<[string, string]> => [row.id, (await openDetails(vault, row)).iban]),
    ),
  );
}

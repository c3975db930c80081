import { type DescMessage, type MessageShape, toJson } from '@bufbuild/protobuf';
import type { CallOptions, Client } from '@connectrpc/connect';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import {
  type VersionGap,
  WatchBalancesResponseSchema,
  WatchEntriesResponseSchema,
} from '#gen/bank/ledger/v1/ledger_watch_pb.ts';
import { follow } from '../follow.ts';
import { money, word } from '../output.ts';
import type { Session } from '../session.ts';
import { ledgerAccountOf } from './ledger.ts';

interface Options {
  /** A cursor. */
  readonly from?: string;
  /** Seconds. */
  readonly for?: number;
}

type Message<D extends DescMessage> = MessageShape<D> & { readonly cursor: string; readonly gaps: VersionGap[] };
type Asked = { readonly ledgerAccountIds: string[]; readonly cursor: string };

/** Prints balances as they move. */
export async function watchBalances(session: Session, options: Options, ...accounts: readonly string[]): Promise<void> {
  const open = (ledger: Ledger, asked: Asked, how: CallOptions) => ledger.watchBalances(asked, how);
  await watch(session, accounts, options, WatchBalancesResponseSchema, open, ({ balances }) =>
    balances.map(({ ledgerAccountId, version, booked, available }) => {
      const free = available ? `  available ${money(available)}` : '';
      return `${ledgerAccountId}  ${version}  ${money(booked)}${free}`;
    }),
  );
}

/** Prints entries as they are booked. */
export async function watchEntries(session: Session, options: Options, ...accounts: readonly string[]): Promise<void> {
  const open = (ledger: Ledger, asked: Asked, how: CallOptions) => ledger.watchEntries(asked, how);
  await watch(session, accounts, options, WatchEntriesResponseSchema, open, ({ entries }) =>
    entries.map((entry) => {
      const { ledgerAccountId, version, bookingDate, amount, balanceAfter, journalId } = entry;
      const moved = `${word(Side, entry.side)} ${money(amount)}  balance ${money(balanceAfter)}`;
      return `${ledgerAccountId}  ${version}  ${bookingDate}  ${moved}  ${word(JournalKind, entry.kind)} ${journalId}`;
    }),
  );
}

type Ledger = Client<typeof LedgerService>;

/** Prints the messages of a stream, and in the end from where to go on. */
async function watch<D extends DescMessage>(
  { bank, out }: Session,
  accounts: readonly string[],
  { from = '', for: seconds }: Options,
  schema: D,
  open: (ledger: Ledger, asked: Asked, how: CallOptions) => AsyncIterable<Message<D>>,
  lines: (message: Message<D>) => string[],
): Promise<void> {
  const ledgerAccountIds = accounts.map(ledgerAccountOf);
  const ledger = bank().client(LedgerService);
  let cursor = from;
  await follow(
    seconds,
    (how) => open(ledger, { ledgerAccountIds, cursor }, how),
    async (message) => {
      cursor = message.cursor;
      const text = out.json
        ? [JSON.stringify(toJson(schema, message))]
        : [...message.gaps.map(passed), ...lines(message)];
      if (text.length > 0) await out.text(`${text.join('\n')}\n`);
    },
  );
  out.note(`Go on with --from ${cursor}`);
}

function passed({ ledgerAccountId, fromVersion, toVersion }: VersionGap): string {
  return `${ledgerAccountId}  ${fromVersion} to ${toVersion} not shown`;
}

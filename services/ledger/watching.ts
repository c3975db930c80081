// What watchers of ledger accounts share. The truth is the database's: one statement asks for all watched accounts which of
// them have moved, after each commit of this process and several times a second, as other processes commit too. A watcher
// is told which accounts have moved, not what was booked: what waits for a slow one is a set of accounts, never a queue, and
// no transaction is open between two of his messages.
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { makeBell } from '#chassis/bell.ts';
import { coalesce } from '#chassis/coalesce.ts';
import { type Database, isPassing } from '#chassis/database.ts';
import type { Logger } from '#chassis/log.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Kind } from './domain/kinds.ts';
import { refuse } from './domain/refusals.ts';
import type { EntryRow } from './messages.ts';
import type { Strand, Strands } from './stripes.ts';

/** An account as a watcher sees it; of a striped one, the sums of its stripes. */
export interface Head extends Strands {
  readonly floor: string | null;
  readonly balance: string;
  readonly held: string;
  readonly pendingIn: string;
  /** Counts the changes of its terms. */
  readonly revision: string;
}

/** One who watches some accounts. */
export interface Watcher {
  /** Every account that he watches, as it is now. */
  heads(): readonly Head[];
  /** Waits until accounts have moved, and answers those, as they are now. None after a while in which nothing has, and when it is over. */
  moved(): Promise<readonly Head[]>;
  leave(): void;
}

/** The watchers of one ledger process. */
export interface Watching {
  /** Begins to watch. Refuses LEDGER_ACCOUNT_NOT_FOUND and TOO_MANY_WATCHERS. */
  join(accountIds: readonly string[], signal: AbortSignal): Promise<Watcher>;
  /**
   * The first entries of a strand after a version, by version. What many ask at once is read by one statement. While the
   * database is away, it waits; none when it is over.
   */
  entriesAfter(strand: Strand, version: bigint, signal: AbortSignal): Promise<readonly EntryRow[]>;
  /** Says that something was committed here. */
  wake(): void;
}

/** With one watcher more, streams would take more than half of what a connection carries at once. */
const WATCHERS_MAX = 500;
/** Accounts that one process watches, for all its watchers together: what one statement asks about in a few milliseconds. */
const ACCOUNTS_MAX = 10_000;
/** How often other processes' commits are looked for, and at most one's own. */
const POLL_MS = 250;
const SPACING_MS = 10;
/** After so long without news a watcher says that he is there. */
const HEARTBEAT_MS = 5_000;
/** Entries of one account in a message, and accounts whose entries one statement reads: some milliseconds of work. */
const PAGE_ENTRIES = 100;
const PAGE_ACCOUNTS = 20;

interface Watched {
  head: Head;
  readonly watchers: Set<(no: string) => void>;
}

function notice(watched: Watched, head: Head): void {
  watched.head = head;
  for (const tell of watched.watchers) tell(head.no);
}

/** Makes the meeting place of the watchers. */
export function watchingOf(database: Database, log: Logger): Watching {
  const watched = new Map<string, Watched>();
  const bell = makeBell();
  let watchers = 0;
  let following = false;

  async function follow(): Promise<void> {
    following = true;
    while (watched.size > 0) {
      await refresh().catch((error: unknown) => {
        log.warn({ err: error }, 'watchers could not be told what has moved');
      });
      // As long as a poll, or as short as the spacing once the bell has rung.
      await pause(SPACING_MS);
      await bell.rung(POLL_MS - SPACING_MS);
    }
    following = false;
  }

  async function refresh(): Promise<void> {
    const heads = [...watched.values()].map(({ head }) => head);
    for (const head of await database.query(selectMoved(heads))) {
      const one = watched.get(head.no);
      if (one) notice(one, head);
    }
  }

  function enter(heads: readonly Head[], tell: (no: string) => void): void {
    const more = heads.filter(({ no }) => !watched.has(no)).length;
    if (watchers >= WATCHERS_MAX || watched.size + more > ACCOUNTS_MAX) throw refuse('TOO_MANY_WATCHERS');
    watchers += 1;
    for (const head of heads) {
      const one = watched.get(head.no) ?? { head, watchers: new Set() };
      if (BigInt(head.version) > BigInt(one.head.version)) notice(one, head);
      one.watchers.add(tell);
      watched.set(head.no, one);
    }
    if (!following) void follow();
  }

  function leave(heads: readonly Head[], tell: (no: string) => void): void {
    watchers -= 1;
    for (const { no } of heads) {
      const one = watched.get(no);
      one?.watchers.delete(tell);
      if (one?.watchers.size === 0) watched.delete(no);
    }
  }

  return {
    wake: bell.ring,
    entriesAfter: reader(database),
    async join(accountIds, signal) {
      if (watchers >= WATCHERS_MAX) throw refuse('TOO_MANY_WATCHERS');
      const heads = await database.query(selectHeads(accountIds));
      if (heads.length < accountIds.length) throw refuse('LEDGER_ACCOUNT_NOT_FOUND');
      const news = newsOf(signal);
      enter(heads, news.tell);
      const now = (no: string): Head | undefined => watched.get(no)?.head;
      return {
        heads: () => heads.map((head) => now(head.no) ?? head),
        moved: async () => (await news.next()).flatMap((no) => now(no) ?? []),
        leave: () => leave(heads, news.tell),
      };
    },
  };
}

/** What one watcher has been told of and has not asked for yet: accounts, each once however often it has moved. */
function newsOf(signal: AbortSignal) {
  const moved = new Set<string>();
  const bell = makeBell();
  return {
    tell(no: string): void {
      moved.add(no);
      bell.ring();
    },
    async next(): Promise<readonly string[]> {
      await bell.rung(HEARTBEAT_MS, signal);
      const nos = [...moved];
      moved.clear();
      return nos;
    },
  };
}

const RETRY_MS = 100;

/** Reads pages of entries for all watchers: one statement at a time, and the same page once. */
function reader(database: Database): Watching['entriesAfter'] {
  const one = coalesce(
    async (asked: { head: Strand; version: bigint }[]) => {
      const pages = new Map<string, EntryRow[]>();
      const key = (no: string, version: bigint | string) => `${no}/${version}`;
      for (const { head, version } of asked) pages.set(key(head.no, version), []);
      const places = [...pages.keys()].map((place) => place.split('/'));
      const heads = new Map(asked.map(({ head }) => [head.no, head]));
      for (const { no, after, ...row } of await database.query(selectEntries(places))) {
        const head = heads.get(no);
        if (head) pages.get(key(no, after))?.push(entryRow(row, head));
      }
      return asked.map(({ head, version }) => pages.get(key(head.no, version)) ?? []);
    },
    { maxItems: PAGE_ACCOUNTS, inFlight: 1 },
  );
  return async (head, version, signal) => {
    while (!signal.aborted) {
      try {
        return await one({ head, version });
      } catch (error) {
        if (!isPassing(error)) throw error;
        await pause(RETRY_MS);
      }
    }
    return [];
  };
}

const HEAD = sql`a.no, a.id, a.currency, a.normal_side as "normalSide", a.floor, coalesce(s.balance, a.balance::text) as balance,
  coalesce(s.version, a.version) as version, a.held, a.pending_in as "pendingIn", a.revision, s.stripes`;

/** What the stripes of account \`a\` come to, if it is striped. Numbers inside JSON are text: JSON.parse would round them. */
const STRIPES = sql`
  left join lateral (
    select coalesce(sum(balance), 0)::text as balance, coalesce(sum(version), 0)::bigint as version,
      coalesce(json_agg(json_build_object('no', no::text, 'stripe', stripe::text, 'version', version::text) order by stripe), '[]') as stripes
    from ledger_account where id = a.id and stripe > 0
  ) s on a.striped
`;

function selectHeads(ids: readonly string[]) {
  return sql<Head>`select ${HEAD} from ledger_account a ${STRIPES} where a.id = any(${ids}) and a.stripe = 0 order by a.no`;
}

/** Those of these accounts that are no more as they were. */
function selectMoved(heads: readonly Head[]) {
  return sql<Head>`
    select ${HEAD}
    from unnest(
      ${sqlArray(heads.map(({ no }) => no))}::bigint[],
      ${sqlArray(heads.map(({ version }) => version))}::bigint[],
      ${sqlArray(heads.map(({ revision }) => revision))}::bigint[],
      ${sqlArray(heads.map(({ held }) => held))}::bigint[],
      ${sqlArray(heads.map(({ pendingIn }) => pendingIn))}::bigint[]
    ) known (no, version, revision, held, pending_in)
    join ledger_account a on a.no = known.no
    ${STRIPES}
    where (coalesce(s.version, a.version), a.revision, a.held, a.pending_in)
      <> (known.version, known.revision, known.held, known.pending_in)
  `;
}

interface EntryText {
  readonly version: string;
  readonly journalId: string;
  readonly kind: Kind;
  readonly leg: number;
  readonly amount: string;
  readonly balanceAfter: string;
  readonly bookingDate: string;
  readonly valueDate: string;
  readonly reversedLeg: number | null;
}

/** The first entries after each of these places: an account's number, and a version. */
function selectEntries(places: readonly string[][]) {
  return sql<EntryText & { no: string; after: string }>`
    select place.no, place.after, page.*
    from unnest(
      ${sqlArray(places.map(([no = '']) => no))}::bigint[],
      ${sqlArray(places.map(([, after = '']) => after))}::bigint[]
    ) place (no, after)
    cross join lateral (
      select e.version, j.id as "journalId", j.kind, e.leg, e.amount, e.balance_after as "balanceAfter",
        e.booking_date::text as "bookingDate", e.value_date::text as "valueDate", e.reversed_leg as "reversedLeg"
      from entry e join journal j on j.no = e.journal_no
      where e.account_no = place.no and e.version > place.after
      order by e.version
      limit ${PAGE_ENTRIES}
    ) page
    order by place.no, place.after, page.version
  `;
}

function entryRow(row: EntryText, { id, currency, normalSide, stripe }: Strand): EntryRow {
  const numbers = { version: BigInt(row.version), amount: BigInt(row.amount), balanceAfter: BigInt(row.balanceAfter) };
  return { ...row, ...numbers, accountId: id, stripe, currency, normalSide };
}

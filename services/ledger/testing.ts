// What the tests of the ledger share: a ledger of their own, short ways to open accounts and post journals, and the
// laws checked when they are done.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { newId } from '#chassis/id.ts';
import { publishedOf } from '#chassis/testing/events.ts';
import { type ServiceUnderTest, type TestOptions, useService } from '#chassis/testing/service.ts';
import { type JournalPosted, JournalsPostedSchema } from '#gen/bank/ledger/v1/ledger_events_pb.ts';
import { JournalKind, type LedgerAccount, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { JournalOutcome, LedgerService, NewJournalSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Workload } from '#gen/bank/rules.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { ledger } from './service.ts';

/** A journal to post. */
export type JournalInit = Extract<MessageInitShape<typeof NewJournalSchema>, { $typeName?: never }>;

/** How an account differs from a plain current account in EUR with a floor of zero. */
export interface AccountInit {
  readonly ledgerAccountId?: string;
  readonly accountId?: string;
  readonly currencyCode?: string;
  readonly normalSide?: Side;
  readonly generalLedgerCode?: string;
  /** Null: none. */
  readonly floor?: string | null;
  readonly ceiling?: { readonly currencyCode: string; readonly amount: string };
  readonly migrating?: boolean;
  readonly striped?: boolean;
}

/** A ledger under test. */
export interface LedgerUnderTest extends ServiceUnderTest<typeof LedgerService> {
  /** Opens an account and answers its id: a customer's current account, unless told otherwise. */
  open(account?: AccountInit): Promise<string>;
  /** Opens an account of the bank's own that is cash: debit side, no limits; striped if told so. */
  cash(currency?: string, striped?: boolean): Promise<string>;
  /** Opens a customer's account with money in it. */
  funded(amount: string, account?: AccountInit): Promise<string>;
  /** Posts journals, and answers for each `posted` or the reason of its refusal. */
  post(journals: readonly JournalInit[], workload?: Workload): Promise<string[]>;
  outcomes(journals: readonly JournalInit[], workload?: Workload): Promise<JournalOutcome[]>;
  /** The journals that it published, in their order. */
  published(): Promise<JournalPosted[]>;
  /** The booked balance of an account, as a plain decimal. */
  booked(ledgerAccountId: string): Promise<string | undefined>;
}

/** Starts a ledger for the tests of a `describe`; its laws are checked at the end. */
export function useLedger(options: TestOptions | (() => Promise<TestOptions>) = {}): LedgerUnderTest {
  after('the laws hold', () => checkLaws(service.database.superuserUrl));
  const service = useService(ledger, options);
  const open = async (account: AccountInit = {}): Promise<string> => {
    const { floor = '0', ...rest } = account;
    const ledgerAccountId = rest.ledgerAccountId ?? newId('lac');
    const currencyCode = rest.currencyCode ?? 'EUR';
    await service.as('account').openLedgerAccount({
      requestId: newId('evt'),
      accountId: newId('acc'),
      normalSide: Side.CREDIT,
      generalLedgerCode: '2010',
      ...rest,
      ledgerAccountId,
      currencyCode,
      ...(floor !== null && { floor: { currencyCode, amount: floor } }),
    });
    return ledgerAccountId;
  };
  const cash = (currencyCode = 'EUR', striped = false) =>
    open({ accountId: '', normalSide: Side.DEBIT, generalLedgerCode: '1010', currencyCode, floor: null, striped });
  const outcomes = async (journals: readonly JournalInit[], workload: Workload = 'transaction') =>
    (await service.as(workload).postJournals({ journals: [...journals] })).outcomes;
  return Object.assign(Object.create(service) as ServiceUnderTest<typeof LedgerService>, {
    open,
    cash,
    outcomes,
    async funded(amount: string, account: AccountInit = {}) {
      const id = await open(account);
      const currency = account.currencyCode ?? 'EUR';
      const [outcome] = await outcomes([journal(await cash(currency), id, amount, { currency })]);
      if (outcome?.result.case !== 'posted') throw new Error(`the account could not be funded with ${amount}`);
      return id;
    },
    post: async (journals: readonly JournalInit[], workload?: Workload) =>
      (await outcomes(journals, workload)).map(told),
    published: async () =>
      (await publishedOf(service.database, JournalsPostedSchema)).flatMap(({ journals }) => journals),
    async booked(ledgerAccountId: string) {
      const { balances } = await service.as('account').getBalances({ ledgerAccountIds: [ledgerAccountId] });
      return balances[0]?.booked?.amount;
    },
  });
}

/** `posted`, or the reason of the refusal. */
export function told({ result }: JournalOutcome): string {
  return result.case === 'refusal' ? (result.value.detail?.reason ?? '') : String(result.case);
}

/** When a posted journal became known, in milliseconds since the epoch. */
export function knownAt(outcome: JournalOutcome | undefined): number {
  if (outcome?.result.case !== 'posted' || !outcome.result.value.knownTime) throw new Error('it was not posted');
  return timestampMs(outcome.result.value.knownTime);
}

/** A journal of two legs: debits one account, credits the other. A transfer, unless told otherwise. */
export function journal(
  debit: string,
  credit: string,
  amount: string,
  options: { currency?: string } & JournalInit = {},
): JournalInit {
  const { currency: currencyCode = 'EUR', ...rest } = options;
  const money = { currencyCode, amount };
  return {
    journalId: newId('jnl'),
    kind: JournalKind.TRANSFER,
    legs: [
      { ledgerAccountId: debit, side: Side.DEBIT, amount: money },
      { ledgerAccountId: credit, side: Side.CREDIT, amount: money },
    ],
    ...rest,
  };
}

/** An account as a test compares it: what is the same for all is left out. */
export function terms(account: LedgerAccount | undefined) {
  return {
    state: account?.state,
    floor: account?.floor?.amount,
    ceiling: account?.ceiling?.amount,
    frozen: [account?.decreaseFrozen, account?.increaseFrozen],
    booked: account?.booked?.amount,
  };
}

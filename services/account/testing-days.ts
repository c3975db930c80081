// What the tests of the end of the day share: products that pay interest, money with a value date, and days that end.
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '#chassis/call.ts';
import { deriveId, newId } from '#chassis/id.ts';
import { staff } from '#chassis/testing/service.ts';
import { type Account, AccountState, ProductType } from '#gen/bank/account/v1/account_pb.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { FeeShortfall, type PeriodicFeeTerm } from '#gen/bank/account/v1/fee_pb.ts';
import { DayCount, InterestBasis, InterestPeriod, Rounding, TierMethod } from '#gen/bank/account/v1/interest_pb.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Bank } from '../_testbed/bank.ts';
import { endDay } from '../_testbed/days.ts';
import { aRequestId } from '../_testbed/opening.ts';

/** 36.5 % on what is up to 10,000, 18.25 % on what is above, so that a night of 10,000 is 10.00. */
export const INTEREST = {
  dayCount: DayCount.ACT_365F,
  basis: InterestBasis.DAILY,
  tierMethod: TierMethod.SLICED,
  tiers: [{ ratePercent: '36.5' }, { from: { currencyCode: 'EUR', amount: '10000' }, ratePercent: '18.25' }],
  compounding: InterestPeriod.DAILY,
  posting: InterestPeriod.DAILY,
  withholdingTaxPercent: '15',
  postingRounding: Rounding.HALF_EVEN,
  taxRounding: Rounding.DOWN,
};

/** Adds a product in EUR that pays interest, and answers its id. */
export async function aProduct(accounts: Client<typeof AccountService>, interest: object = {}): Promise<string> {
  const productId = newId('prd');
  await accounts.createProduct({
    requestId: aRequestId('product'),
    productId,
    type: ProductType.SAVINGS,
    currencyCode: 'EUR',
    displayName: 'Interest',
    terms: { interest: { ...INTEREST, ...interest } },
  });
  return productId;
}

/** Adds a product in EUR whose overdrafts cost a thousandth a night, and twice as much beyond the limit; and answers its id. */
export async function anOverdraftProduct(accounts: Client<typeof AccountService>, terms: object = {}): Promise<string> {
  const productId = newId('prd');
  await accounts.createProduct({
    requestId: aRequestId('product'),
    productId,
    type: ProductType.CURRENT,
    currencyCode: 'EUR',
    displayName: 'Overdraft',
    terms: {
      overdraftLimitMaximum: { currencyCode: 'EUR', amount: '1000' },
      overdraftInterest: {
        dayCount: DayCount.ACT_365F,
        arrangedTiers: [{ ratePercent: '36.5' }],
        unarrangedTiers: [{ ratePercent: '73' }],
        posting: InterestPeriod.DAILY,
        postingRounding: Rounding.HALF_EVEN,
      },
      ...terms,
    },
  });
  return productId;
}

/** Adds a product in EUR with fees that are charged every day, and answers its id. */
export async function aProductWithFees(accounts: Client<typeof AccountService>, fees: object[]): Promise<string> {
  const productId = newId('prd');
  const common = { period: InterestPeriod.DAILY, shortfall: FeeShortfall.OVERDRAW };
  await accounts.createProduct({
    requestId: aRequestId('product'),
    productId,
    type: ProductType.CURRENT,
    currencyCode: 'EUR',
    displayName: 'Fees',
    terms: { periodicFees: fees.map((fee) => ({ displayName: 'A fee', ...common, ...fee })) as PeriodicFeeTerm[] },
  });
  return productId;
}

/** Adds a product in EUR whose accounts are inactive after a quiet day and dormant after two, and answers its id. */
export async function aSleepyProduct(accounts: Client<typeof AccountService>): Promise<string> {
  const productId = newId('prd');
  await accounts.createProduct({
    requestId: aRequestId('product'),
    productId,
    type: ProductType.SAVINGS,
    currencyCode: 'EUR',
    displayName: 'Sleepy',
    terms: { dormancy: { inactiveAfterDays: 1, dormantAfterDays: 2 } },
  });
  return productId;
}

/** Makes an account dormant by hand. */
export async function sleep({ accountId }: Pick<Account, 'accountId'>, accounts: Client<typeof AccountService>) {
  for (const state of [AccountState.INACTIVE, AccountState.DORMANT]) {
    await accounts.markAccountDormant({ requestId: aRequestId('sleep'), accountId, state });
  }
}

/** The days of a bank under test. */
export function daysOf(bank: Bank) {
  const ledger = bank.asPrincipal(LedgerService, staff('BACK_OFFICE'));
  const today = async () => Temporal.PlainDate.from((await ledger.getBusinessDate({})).openDate);
  const balance = async (ledgerAccountId: string) =>
    (await bank.as(LedgerService, 'account').getBalances({ ledgerAccountIds: [ledgerAccountId] })).balances[0]?.booked
      ?.amount;
  return {
    today,
    balance,
    balanceOf: ({ accountId }: Account) => balance(deriveId('lac', accountId)),
    /** Pays money in with a value date; a negative amount out. */
    async pay({ accountId }: Pick<Account, 'accountId'>, amount: string, valueDate = '') {
      const cash = 'lac_cash_eur';
      const posting = bank.as(LedgerService, 'transaction');
      const terms = { ledgerAccountId: cash, currencyCode: 'EUR', normalSide: Side.DEBIT, generalLedgerCode: '1010' };
      await posting.openLedgerAccount({ requestId: cash, ...terms });
      const money = { currencyCode: 'EUR', amount: amount.replace('-', '') };
      const [debit, credit] = amount.startsWith('-')
        ? [deriveId('lac', accountId), cash]
        : [cash, deriveId('lac', accountId)];
      const { outcomes } = await posting.postJournals({
        journals: [
          {
            journalId: newId('jnl'),
            kind: JournalKind.DEPOSIT,
            valueDate,
            legs: [
              { ledgerAccountId: debit, side: Side.DEBIT, amount: money },
              { ledgerAccountId: credit, side: Side.CREDIT, amount: money },
            ],
          },
        ],
      });
      if (outcomes[0]?.result.case !== 'posted') throw new Error(`${amount} was not paid`);
    },
    /** Ends the open day: waits until the steps of all services are done, and closes it. Answers it. */
    async endDay(): Promise<Temporal.PlainDate> {
      // A service registers its steps within a second of its start.
      for (let tries = 0; tries < 600; tries += 1) {
        const steps = await bank.database('ledger').query(`select from day_step_kind where service = 'account'`);
        if (steps.length > 0) break;
        await pause(50);
      }
      return Temporal.PlainDate.from(await endDay(bank));
    },
  };
}

/** Adds a product in EUR that earns interest, costs a fee, and is stated, every day; and answers its id. */
export async function aBusyProduct(accounts: Client<typeof AccountService>): Promise<string> {
  const productId = newId('prd');
  const fee = { feeCode: 'DAY', displayName: 'A day', period: InterestPeriod.DAILY, shortfall: FeeShortfall.OVERDRAW };
  const tiers = [{ flat: { currencyCode: 'EUR', amount: '0.10' }, ratePercent: '0.001' }];
  await accounts.createProduct({
    requestId: aRequestId('product'),
    productId,
    type: ProductType.CURRENT,
    currencyCode: 'EUR',
    displayName: 'Busy',
    terms: { interest: INTEREST, periodicFees: [{ ...fee, tiers }] },
  });
  return productId;
}

/** Makes transfers in a ring among accounts, one after the other, the same for the same day. */
export async function transferAmong(bank: Bank, ids: readonly string[], day: number): Promise<void> {
  const ledger = bank.as(LedgerService, 'transaction');
  for (const [index, id] of ids.entries()) {
    const amount = { currencyCode: 'EUR', amount: `${1 + ((index * 37 + day * 11) % 90)}.35` };
    const to = ids[(index + 1) % ids.length] ?? id;
    const legs = [
      { ledgerAccountId: deriveId('lac', id), side: Side.DEBIT, amount },
      { ledgerAccountId: deriveId('lac', to), side: Side.CREDIT, amount },
    ];
    const { outcomes } = await ledger.postJournals({
      journals: [{ journalId: newId('jnl'), kind: JournalKind.TRANSFER, legs }],
    });
    if (outcomes[0]?.result.case !== 'posted') throw new Error('a transfer was not booked');
  }
}

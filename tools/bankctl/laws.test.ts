import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { fromMoney, toMoney } from '#chassis/money.ts';
import type { Journal, LedgerAccount } from '#gen/bank/ledger/v1/ledger_pb.ts';
import {
  EntrySchema,
  JournalKind,
  JournalSchema,
  LedgerAccountSchema,
  LedgerAccountState,
  LedgerBalanceSchema,
  Side,
} from '#gen/bank/ledger/v1/ledger_pb.ts';
import { GetTrialBalanceResponseSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { startAudit } from './audit.ts';
import type { Fault } from './laws.ts';

/** A whole ledger in memory, as the bank would answer it. */
interface Ledger {
  readonly accounts: LedgerAccount[];
  readonly journals: Journal[];
  chart: string[];
  overdraft: bigint;
  /** What the trial balance says, by `code currency`, debit-positive; computed from the journals unless a test says so. */
  trialBalance?: Map<string, bigint>;
  /** Accounts as they are read again after the journals. */
  now: Map<string, { version: bigint; booked: string }>;
}

const eur = (minor: bigint) => toMoney({ currency: 'EUR', minor });

describe('The laws of the ledger', () => {
  it('hold in a ledger that is in order', () => {
    expect(audit(ledger())).to.deep.equal([]);
  });

  it('hold when entries come in another order than their versions', () => {
    const shuffled = ledger();
    shuffled.journals.reverse();
    expect(audit(shuffled)).to.deep.equal([]);
  });

  it('hold when the bank books while it is being read', () => {
    const busy = ledger();
    // The accounts were read before the last journal was booked, and one account before it was opened at all.
    const [cash] = busy.accounts;
    cash!.version = 1n;
    cash!.booked = eur(1_000n);
    busy.now.set('lac_cash', { version: 2n, booked: '15.00' });
    expect(audit(busy)).to.deep.equal([]);
  });

  const planted: [string, Fault['law'], subject: string, (broken: Ledger) => void][] = [
    [
      'a leg that is changed',
      'JOURNAL_BALANCED',
      'jnl_deposit',
      ({ journals }) => {
        entryOf(journals, 'jnl_deposit', 0).amount = eur(1_001n);
      },
    ],
    [
      'a leg that is missing',
      'JOURNAL_BALANCED',
      'jnl_transfer',
      ({ journals }) => {
        journalOf(journals, 'jnl_transfer').entries.pop();
      },
    ],
    [
      'a leg number that is left out',
      'JOURNAL_WHOLE',
      'jnl_transfer',
      ({ journals }) => {
        entryOf(journals, 'jnl_transfer', 1).legNumber = 2;
      },
    ],
    [
      'a leg of nothing',
      'JOURNAL_WHOLE',
      'jnl_transfer',
      ({ journals }) => {
        for (const entry of journalOf(journals, 'jnl_transfer').entries) entry.amount = eur(0n);
      },
    ],
    [
      'a leg of another day',
      'JOURNAL_WHOLE',
      'jnl_deposit',
      ({ journals }) => {
        entryOf(journals, 'jnl_deposit', 1).bookingDate = '2026-01-02';
      },
    ],
    [
      'a journal without legs',
      'JOURNAL_WHOLE',
      'jnl_empty',
      ({ journals }) => {
        journals.push(create(JournalSchema, { journalId: 'jnl_empty', kind: JournalKind.TRANSFER }));
      },
    ],
    [
      'a leg in another currency than its account',
      'JOURNAL_WHOLE',
      'lac_b',
      ({ accounts }) => {
        accountOf(accounts, 'lac_b').currencyCode = 'USD';
      },
    ],
    [
      'an entry on nobody',
      'ACCOUNT_KNOWN',
      'lac_gone',
      ({ journals }) => {
        entryOf(journals, 'jnl_transfer', 1).ledgerAccountId = 'lac_gone';
      },
    ],
    [
      'a version that is left out',
      'VERSIONS_GAPLESS',
      'lac_a',
      ({ journals }) => {
        entryOf(journals, 'jnl_reversal', 0).version = 9n;
      },
    ],
    [
      'a version that is there twice',
      'VERSIONS_GAPLESS',
      'lac_a',
      ({ journals }) => {
        entryOf(journals, 'jnl_reversal', 0).version = 1n;
      },
    ],
    [
      'a balance that does not follow',
      'BALANCE_CHAIN',
      'lac_a',
      ({ journals }) => {
        entryOf(journals, 'jnl_transfer', 0).balanceAfter = eur(701n);
      },
    ],
    [
      'an account that says another balance',
      'ACCOUNT_BALANCE',
      'lac_b',
      ({ accounts }) => {
        accountOf(accounts, 'lac_b').booked = eur(201n);
      },
    ],
    [
      'an account that says another balance when it is read again',
      'ACCOUNT_BALANCE',
      'lac_cash',
      (broken) => {
        const cash = accountOf(broken.accounts, 'lac_cash');
        cash.version = 1n;
        cash.booked = eur(1_000n);
        broken.now.set('lac_cash', { version: 2n, booked: '15.01' });
      },
    ],
    [
      'an account whose last entry is missing',
      'ACCOUNT_VERSION',
      'lac_a',
      ({ journals }) => {
        journals.splice(journals.indexOf(journalOf(journals, 'jnl_fee')), 1);
      },
    ],
    [
      'an account that is behind its entries',
      'ACCOUNT_VERSION',
      'lac_a',
      (broken) => {
        accountOf(broken.accounts, 'lac_a').version = 2n;
        accountOf(broken.accounts, 'lac_a').booked = eur(700n);
        broken.now.set('lac_a', { version: 2n, booked: '7.00' });
      },
    ],
    [
      'a closed account with money on it',
      'CLOSED_AT_ZERO',
      'lac_b',
      ({ accounts }) => {
        accountOf(accounts, 'lac_b').state = LedgerAccountState.CLOSED;
      },
    ],
    [
      'an account beside the chart',
      'ACCOUNT_IN_CHART',
      'lac_fee',
      (broken) => {
        broken.chart = broken.chart.filter((code) => code !== '4010');
      },
    ],
    [
      'an account that is used while it migrates',
      'MIGRATION_ENDED',
      'lac_a',
      ({ accounts }) => {
        accountOf(accounts, 'lac_a').state = LedgerAccountState.MIGRATING;
      },
    ],
    [
      'history after the cut-over',
      'MIGRATION_ENDED',
      'lac_a',
      ({ journals }) => {
        const fee = journalOf(journals, 'jnl_fee');
        fee.kind = JournalKind.MIGRATION;
        for (const entry of fee.entries) entry.kind = JournalKind.MIGRATION;
      },
    ],
    [
      'a reversal of nothing',
      'REVERSAL',
      'jnl_reversal',
      ({ journals }) => {
        journalOf(journals, 'jnl_reversal').reversedJournalId = 'jnl_never';
      },
    ],
    [
      'a reversal of a reversal',
      'REVERSAL',
      'jnl_reversal',
      ({ journals }) => {
        journalOf(journals, 'jnl_transfer').kind = JournalKind.REVERSAL;
      },
    ],
    [
      'a reversal by somebody else',
      'REVERSAL',
      'jnl_reversal',
      ({ journals }) => {
        journalOf(journals, 'jnl_reversal').owner = Workload.ACCOUNT;
      },
    ],
    [
      'a reversal of more than there was',
      'REVERSAL',
      'jnl_reversal',
      ({ journals }) => {
        for (const entry of journalOf(journals, 'jnl_transfer').entries) entry.amount = eur(99n);
      },
    ],
    [
      'a reversal on the wrong side',
      'REVERSAL',
      'jnl_reversal',
      ({ journals }) => {
        for (const entry of journalOf(journals, 'jnl_reversal').entries) {
          entry.side = entry.side === Side.DEBIT ? Side.CREDIT : Side.DEBIT;
        }
      },
    ],
    [
      'a trial balance that says something else',
      'TRIAL_BALANCE',
      '2010 EUR',
      (broken) => {
        broken.trialBalance = new Map([
          ['1010 EUR', 1_500n],
          ['2010 EUR', -1_000n],
          ['4010 EUR', -500n],
        ]);
      },
    ],
    [
      'a trial balance that is not zero',
      'TRIAL_BALANCE',
      'all accounts EUR',
      (broken) => {
        broken.trialBalance = new Map([
          ['1010 EUR', 1_501n],
          ['2010 EUR', -1_450n],
          ['4010 EUR', -50n],
        ]);
      },
    ],
  ];

  for (const [what, law, subject, plant] of planted) {
    it(`find ${what}`, () => {
      const broken = ledger();
      plant(broken);
      const faults = audit(broken);
      expect(faults.map((fault) => `${fault.law} ${fault.subject}`)).to.include(`${law} ${subject}`);
      for (const { expected, found } of faults) expect(found).to.not.equal(expected);
    });
  }

  it('say what was expected and what was found', () => {
    const broken = ledger();
    entryOf(broken.journals, 'jnl_transfer', 0).balanceAfter = eur(701n);
    const [fault] = audit(broken);
    expect(fault).to.deep.equal({
      law: 'BALANCE_CHAIN',
      subject: 'lac_a',
      what: 'the balance after version 2 (jnl_transfer)',
      expected: '7.00 EUR',
      found: '7.01 EUR',
    });
  });

  it('name an unknown gap once, however many entries come after it', () => {
    const broken = ledger();
    broken.journals.splice(broken.journals.indexOf(journalOf(broken.journals, 'jnl_transfer')), 1);
    const gaps = audit(broken).filter(({ law, subject }) => law === 'VERSIONS_GAPLESS' && subject === 'lac_a');
    expect(gaps).to.have.length(1);
    expect(gaps[0]).to.include({ expected: 'version 2', found: 'version 3 (jnl_reversal)' });
  });

  describe('about floors', () => {
    /** Takes lac_a to -1.00 EUR by a transfer or another kind of journal. */
    function overdrawn(kind: JournalKind): Ledger {
      const drawn = ledger();
      book(drawn, 'jnl_overdraw', kind, [
        ['lac_a', Side.DEBIT, 850n],
        ['lac_b', Side.CREDIT, 850n],
      ]);
      return drawn;
    }

    it('find an entry that took an account below every floor that it can have had', () => {
      const faults = audit(overdrawn(JournalKind.TRANSFER));
      expect(faults).to.deep.equal([
        {
          law: 'FLOOR',
          subject: 'lac_a',
          what: 'jnl_overdraw, which is not forced, took it below its floor',
          expected: '0.00 EUR or more',
          found: '-1.00 EUR',
        },
      ]);
    });

    it('let a floor be raised after the entry, as far as the product allows', () => {
      const drawn = overdrawn(JournalKind.TRANSFER);
      drawn.overdraft = 100n;
      expect(audit(drawn)).to.deep.equal([]);
      drawn.overdraft = 99n;
      expect(audit(drawn).map(({ law }) => law)).to.deep.equal(['FLOOR']);
    });

    it('let forced entries go below it', () => {
      expect(audit(overdrawn(JournalKind.INTEREST))).to.deep.equal([]);
    });

    it('say nothing of an account without a floor', () => {
      const drawn = overdrawn(JournalKind.TRANSFER);
      delete accountOf(drawn.accounts, 'lac_a').floor;
      expect(audit(drawn)).to.deep.equal([]);
    });
  });
});

/** Cash 10.00 to a; a to b 3.00; of that 1.00 back; a fee of 0.50, of which cash sees nothing; cash 5.00 to b. */
function ledger(): Ledger {
  const made: Ledger = {
    accounts: [
      account('lac_cash', Side.DEBIT, '1010', ''),
      account('lac_a', Side.CREDIT, '2010', 'acc_a'),
      account('lac_b', Side.CREDIT, '2010', 'acc_b'),
      account('lac_fee', Side.CREDIT, '4010', ''),
    ],
    journals: [],
    chart: ['1010', '2010', '4010'],
    overdraft: 0n,
    now: new Map(),
  };
  book(made, 'jnl_deposit', JournalKind.DEPOSIT, [
    ['lac_cash', Side.DEBIT, 1_000n],
    ['lac_a', Side.CREDIT, 1_000n],
  ]);
  book(made, 'jnl_transfer', JournalKind.TRANSFER, [
    ['lac_a', Side.DEBIT, 300n],
    ['lac_b', Side.CREDIT, 300n],
  ]);
  book(made, 'jnl_reversal', JournalKind.REVERSAL, [
    ['lac_a', Side.CREDIT, 100n],
    ['lac_b', Side.DEBIT, 100n],
  ]);
  journalOf(made.journals, 'jnl_reversal').reversedJournalId = 'jnl_transfer';
  book(made, 'jnl_fee', JournalKind.FEE, [
    ['lac_a', Side.DEBIT, 50n],
    ['lac_fee', Side.CREDIT, 50n],
  ]);
  book(made, 'jnl_more', JournalKind.DEPOSIT, [
    ['lac_cash', Side.DEBIT, 500n],
    ['lac_b', Side.CREDIT, 500n],
  ]);
  return made;
}

function account(
  ledgerAccountId: string,
  normalSide: Side,
  generalLedgerCode: string,
  accountId: string,
): LedgerAccount {
  return create(LedgerAccountSchema, {
    ledgerAccountId,
    accountId,
    currencyCode: 'EUR',
    normalSide,
    generalLedgerCode,
    state: LedgerAccountState.OPEN,
    booked: eur(0n),
    version: 0n,
    ...(accountId && { floor: eur(0n) }),
  });
}

function book(
  { accounts, journals }: Ledger,
  journalId: string,
  kind: JournalKind,
  legs: [string, Side, bigint][],
): void {
  const dates = { bookingDate: '2026-01-01', valueDate: '2026-01-01' };
  const entries = legs.map(([ledgerAccountId, side, minor], legNumber) => {
    const on = accountOf(accounts, ledgerAccountId);
    const before = on.booked ? fromMoney(on.booked).minor : 0n;
    on.booked = eur(on.normalSide === side ? before + minor : before - minor);
    on.version += 1n;
    const { booked: balanceAfter, version } = on;
    return create(EntrySchema, {
      ledgerAccountId,
      version,
      journalId,
      side,
      amount: eur(minor),
      balanceAfter,
      kind,
      legNumber,
      ...dates,
    });
  });
  journals.push(create(JournalSchema, { journalId, kind, ...dates, entries, owner: Workload.TRANSACTION }));
}

function audit({ accounts, journals, chart, overdraft, trialBalance, now }: Ledger): Fault[] {
  const under = startAudit();
  for (const one of accounts) under.account(one);
  for (const journal of journals) under.journal(journal);
  return under.finish({
    chart: new Set(chart),
    balances: new Map(
      under.moved().flatMap((ledgerAccountId) => {
        const { version, booked: amount } = now.get(ledgerAccountId) ?? {};
        if (version === undefined || amount === undefined) return [];
        const booked = { currencyCode: 'EUR', amount };
        return [[ledgerAccountId, create(LedgerBalanceSchema, { ledgerAccountId, version, booked })]];
      }),
    ),
    originals: new Map(
      under.reversed().flatMap((id) => {
        const found = journals.find(({ journalId }) => journalId === id);
        return found ? [[id, found]] : [];
      }),
    ),
    overdrafts: new Map(under.suspects().map(({ ledgerAccountId }) => [ledgerAccountId, overdraft])),
    trialBalance: answerOf(trialBalance ?? sumsOf(journals, accounts)),
  });
}

function sumsOf(journals: Journal[], accounts: LedgerAccount[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const entry of journals.flatMap(({ entries }) => entries)) {
    const of = accounts.find(({ ledgerAccountId }) => ledgerAccountId === entry.ledgerAccountId);
    if (!of) continue;
    const line = `${of.generalLedgerCode} ${of.currencyCode}`;
    const minor = entry.amount ? fromMoney(entry.amount).minor : 0n;
    sums.set(line, (sums.get(line) ?? 0n) + (entry.side === Side.DEBIT ? minor : -minor));
  }
  return sums;
}

function answerOf(balances: Map<string, bigint>) {
  const lines = [...balances].map(([line, minor]) => {
    const [generalLedgerCode = '', currency = ''] = line.split(' ');
    const columns = { debit: minor > 0n ? minor : 0n, credit: minor < 0n ? -minor : 0n };
    return {
      generalLedgerCode,
      currency,
      debit: toMoney({ currency, minor: columns.debit }),
      credit: toMoney({ currency, minor: columns.credit }),
      columns,
    };
  });
  const totals = [...new Set(lines.map(({ currency }) => currency))].map((currency) => {
    const own = lines.filter((line) => line.currency === currency);
    const sum = (side: 'debit' | 'credit') =>
      toMoney({ currency, minor: own.reduce((total, { columns }) => total + columns[side], 0n) });
    return { debit: sum('debit'), credit: sum('credit') };
  });
  return create(GetTrialBalanceResponseSchema, {
    lines: lines.map(({ generalLedgerCode, debit, credit }) => ({ generalLedgerCode, debit, credit })),
    totals,
  });
}

function accountOf(accounts: LedgerAccount[], id: string): LedgerAccount {
  return accounts.find(({ ledgerAccountId }) => ledgerAccountId === id)!;
}

function journalOf(journals: Journal[], id: string): Journal {
  return journals.find(({ journalId }) => journalId === id)!;
}

function entryOf(journals: Journal[], id: string, leg: number) {
  return journalOf(journals, id).entries[leg]!;
}

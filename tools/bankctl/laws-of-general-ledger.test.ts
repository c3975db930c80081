import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { toMoney } from '#chassis/money.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import {
  GetBalanceSheetResponseSchema,
  TieOutGeneralLedgerResponseSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { balanceSheetFaults, tieOutFaults } from './laws-of-general-ledger.ts';

const eur = (minor: bigint) => toMoney({ currency: 'EUR', minor });

describe('The laws of the general ledger', () => {
  const section = (total: bigint, ...amounts: bigint[]) => ({
    total: eur(total),
    lines: amounts.map((amount) => ({ generalLedgerCode: '1010', amount: eur(amount) })),
  });
  // assets and its lines; liabilities, equity, result; what these come to; how many faults.
  const sheets: [string, bigint, bigint[], bigint, bigint, bigint, bigint, number][] = [
    ['hold in a balance sheet that balances', 30n, [10n, 20n], 20n, 7n, 3n, 30n, 0],
    ['hold below zero', -30n, [-30n], -20n, -7n, -3n, -30n, 0],
    ['hold beyond what one account holds', 2n ** 70n, [2n ** 70n], 2n ** 70n, 0n, 0n, 2n ** 70n, 0],
    ['find assets that are more', 31n, [11n, 20n], 20n, 7n, 3n, 30n, 1],
    ['find lines that do not add up', 30n, [10n, 21n], 20n, 7n, 3n, 30n, 1],
    ['find a sum that is wrong', 30n, [30n], 20n, 7n, 3n, 31n, 1],
    ['find a result that is left out', 30n, [30n], 20n, 7n, 0n, 30n, 2],
  ];
  for (const [what, assets, lines, liabilities, equity, result, both, faults] of sheets) {
    it(what, () => {
      const balanceSheets = [
        {
          currencyCode: 'EUR',
          assets: section(assets, ...lines),
          liabilities: section(liabilities, liabilities),
          equity: section(equity, equity),
          currentResult: eur(result),
          liabilitiesAndEquity: eur(both),
        },
      ];
      const found = balanceSheetFaults(create(GetBalanceSheetResponseSchema, { balanceSheets }));
      expect(found).to.have.length(faults);
      for (const { law, subject, expected } of found) {
        expect([law, subject]).to.deep.equal(['BALANCE_SHEET', 'balance sheet EUR']);
        expect(expected).to.match(/^\d+\.\d\d EUR$/);
      }
    });
  }

  it('name every line, day and account that is not tied', () => {
    const line = {
      generalLedgerCode: '2010',
      generalLedger: eur(1n),
      entries: eur(1n),
      balances: eur(1n),
      generalLedgerEntryCount: 2n,
      entryCount: 2n,
    };
    const tieOut = (more: object) => tieOutFaults(create(TieOutGeneralLedgerResponseSchema, more));
    expect(tieOut({ tied: true, lines: [line] })).to.deep.equal([]);
    expect(tieOut({ tied: false, lines: [line] }).map(({ subject }) => subject)).to.deep.equal(['the general ledger']);
    const spoilt = { ...line, generalLedger: eur(2n), balances: eur(3n), entryCount: 3n };
    const day = { ...line, bookingDate: '2026-01-31', kind: JournalKind.FEE, entryCount: 3n };
    const account = { ledgerAccountId: 'lac_1', balance: eur(1n), entries: eur(2n), lastBalanceAfter: eur(2n) };
    expect(
      tieOut({ tied: false, lines: [spoilt], days: [day], accounts: [account] }).map(
        ({ law, subject, expected, found }) => [law, subject, expected, found].join(' | '),
      ),
    ).to.deep.equal([
      'TIE_OUT | 2010 EUR | 0.01 EUR | 0.02 EUR',
      'TIE_OUT | 2010 EUR | 0.01 EUR | 0.03 EUR',
      'TIE_OUT | 2010 EUR | 3 | 2',
      'TIE_OUT | 2010 2026-01-31 fee | 0.01 EUR in 3 entries | 0.01 EUR in 2 entries',
      'TIE_OUT | lac_1 | 0.02 EUR | 0.01 EUR',
      'TIE_OUT | lac_1 | 0.02 EUR | 0.01 EUR',
    ]);
  });
});

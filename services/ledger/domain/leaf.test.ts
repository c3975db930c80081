import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { type Entry, type Journal, JournalKind, JournalSchema, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { RefusedJournalSchema } from '#gen/bank/ledger/v1/proof_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { MoneySchema } from '#gen/bank/type/v1/money_pb.ts';
import { blockHash, checkpointBytes, commitment, commitmentsOf } from './block.ts';
import { entrySalt, entryText, journalLeaf, journalText, refusedLeaf } from './leaf.ts';

const SECRET = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const TIME = new Date('2026-05-04T03:02:01.007Z');
const czk = (amount: string) => ({ currencyCode: 'CZK', amount });

function aJournal(): Journal {
  return create(JournalSchema, {
    journalId: 'jnl_1',
    kind: JournalKind.TRANSFER,
    valueDate: '2026-05-03',
    bookingDate: '2026-05-04',
    knownTime: timestampFromDate(TIME),
    owner: Workload.TRANSACTION,
    metadata: { b: '2', a: '1' },
    entries: [
      { ledgerAccountId: 'lac_a', version: 7n, side: Side.DEBIT, amount: czk('10.00'), balanceAfter: czk('90.00') },
      { ledgerAccountId: 'lac_b', version: 3n, side: Side.CREDIT, amount: czk('10.00'), balanceAfter: czk('11.00') },
    ].map((entry, legNumber) => ({ ...entry, legNumber })),
    fingerprint: SECRET,
  });
}

describe('A journal as it is hashed', () => {
  it('is a text of lines, with a commitment for every entry', () => {
    // The hashes were computed by another program.
    expect(journalText(aJournal(), SECRET).split('\n')).to.deep.equal([
      'corebank journal 1',
      'id jnl_1',
      'kind TRANSFER',
      'value_date 2026-05-03',
      'booking_date 2026-05-04',
      'known_time 2026-05-04T03:02:01.007Z',
      'owner TRANSACTION',
      'metadata 03ca898afef3553487904a3296116217058b05a710d80d9989a339420c18e1ba',
      'entry 617cbccfa0c2b97af652e0f9ecadc7026ab4ce9c37d53724e3925addd1240f44',
      'entry 78ba038ac77cf87c784b1a001faa71e5258081b8fa5ebe40c86ac2444bbe19f3',
      '',
    ]);
    expect(aJournal().entries.map((entry) => entryText(entry))).to.deep.equal([
      'lac_a 7 DEBIT 10.00 CZK balance 90.00',
      'lac_b 3 CREDIT 10.00 CZK balance 11.00',
    ]);
  });

  it('shows an entry to whom its salt and text are given, and nothing of the others', () => {
    const journal = aJournal();
    const text = journalText(journal, SECRET);
    const salts = journal.entries.map(({ legNumber }) => entrySalt(legNumber, SECRET).toString('hex'));
    expect(commitmentsOf(text)).to.deep.equal(
      journal.entries.map((entry, index) => commitment(salts[index] ?? '', entryText(entry))),
    );
    for (const shown of ['lac_', '90.00', '11.00', SECRET.toString('hex')]) expect(text).not.to.include(shown);
    expect(salts[0]).not.to.equal(salts[1]);
  });

  it('does not depend on the order of its references', () => {
    const turned = { ...aJournal(), metadata: { a: '1', b: '2' } };
    expect(journalLeaf(turned)).to.deep.equal(journalLeaf(aJournal()));
  });

  const [first, second] = aJournal().entries as [Entry, Entry];
  const withFirst = (change: Partial<Entry>) => ({ entries: [{ ...first, ...change }, second] });
  const changes: Record<string, Partial<Journal>> = {
    id: { journalId: 'jnl_2' },
    kind: { kind: JournalKind.FEE },
    'value date': { valueDate: '2026-05-04' },
    'booking date': { bookingDate: '2026-05-05' },
    'known time': { knownTime: timestampFromDate(new Date(TIME.getTime() + 1)) },
    owner: { owner: Workload.ACCOUNT },
    'journal that it reverses': { reversedJournalId: 'jnl_0' },
    'journal that it corrects': { correctsJournalId: 'jnl_0' },
    reference: { metadata: { b: '2', a: '2' } },
    fingerprint: { fingerprint: Buffer.alloc(16) },
    account: withFirst({ ledgerAccountId: 'lac_c' }),
    version: withFirst({ version: 8n }),
    side: withFirst({ side: Side.CREDIT }),
    amount: withFirst({ amount: create(MoneySchema, czk('10.01')) }),
    currency: withFirst({ amount: create(MoneySchema, { currencyCode: 'EUR', amount: '10.00' }) }),
    'balance after': withFirst({ balanceAfter: create(MoneySchema, czk('-90.00')) }),
    'leg that is undone': withFirst({ reversedLegNumber: 0 }),
    'number of legs': { entries: [first] },
    'order of legs': { entries: [second, first] },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`is another one with another ${what}`, () => {
      expect(journalLeaf({ ...aJournal(), ...change })).not.to.deep.equal(journalLeaf(aJournal()));
    });
  }
});

describe('A refused journal as it is hashed', () => {
  const refused = create(RefusedJournalSchema, {
    journalId: 'jnl_1',
    kind: JournalKind.TRANSFER,
    knownTime: timestampFromDate(TIME),
    owner: Workload.TRANSACTION,
    refusal: {
      code: 9,
      message: 'no',
      detail: { reason: 'INSUFFICIENT_FUNDS', domain: 'ledger', metadata: { a: '1' } },
    },
    fingerprint: SECRET,
  });
  const changes = {
    id: { journalId: 'jnl_2' },
    kind: { kind: JournalKind.FEE },
    'known time': { knownTime: timestampFromDate(new Date(0)) },
    owner: { owner: Workload.ACCOUNT },
    refusal: { refusal: { ...refused.refusal!, message: 'yes' } },
    reason: { refusal: { ...refused.refusal!, detail: { ...refused.refusal!.detail!, reason: 'OTHER' } } },
    fingerprint: { fingerprint: Buffer.alloc(16) },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`is another one with another ${what}`, () => {
      expect(refusedLeaf({ ...refused, ...change })).not.to.deep.equal(refusedLeaf(refused));
    });
  }
});

describe('A block and its checkpoint', () => {
  it('are hashed and signed as texts', () => {
    const block = {
      lane: 1n,
      height: 2n,
      previousHash: Buffer.alloc(32),
      root: Buffer.alloc(32, 1),
      firstPosition: 5n,
      leafCount: 3,
      knownTime: TIME,
    };
    expect(blockHash(block).toString('hex')).to.equal(
      '4998a6a5f7016e15747509f3ada33b94e3157750de642baed20f6c8d0b3089f3',
    );
    expect(
      checkpointBytes({ lane: 1n, height: 2n, blockHash: Buffer.alloc(32, 2), signTime: TIME }).toString(),
    ).to.equal(
      `corebank checkpoint 1\nlane 1\nheight 2\nblock ${'02'.repeat(32)}\nsign_time 2026-05-04T03:02:01.007Z\n`,
    );
  });
});

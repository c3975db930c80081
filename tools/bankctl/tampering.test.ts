// Whoever owns the database can write what he likes into it. He cannot do it unseen.
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { staff } from '#chassis/testing/clients.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Block } from '#gen/bank/ledger/v1/proof_pb.ts';
import { useBank } from '../../services/_testbed/bank.ts';
import { blockHash } from '../../services/ledger/domain/block.ts';
import { journalLeaf } from '../../services/ledger/domain/leaf.ts';
import { rootOf } from '../../services/ledger/domain/merkle.ts';
import { type Bank, openBank } from './bank.ts';
import { verifyBank } from './commands/verify.ts';
import { progress } from './progress.ts';

const TABLES = ['journal', 'entry', 'block', 'ledger_account', 'general_ledger_posting'];
const AUDITOR = staff('AUDITOR');

describe('A ledger that was tampered with', function tampering() {
  this.timeout(120_000);
  const bank = useBank();
  const ledger = () => bank().asPrincipal(LedgerService, AUDITOR);
  const owner = (statements: string) =>
    bank().database('ledger').query(`set session_replication_role = replica; ${statements}`);
  let client: Bank;
  let [cash, alice, poor] = ['', '', ''];
  const [edited, moved, other, refused, reversal] = Array.from({ length: 5 }, () => newId('jnl')) as [
    string,
    string,
    string,
    string,
    string,
  ];
  let blocks: Block[];

  before('some journals, posted, refused and reversed, in some blocks', async () => {
    [cash, alice, poor] = [await open('1010', Side.DEBIT), await open('2010'), await open('2010', Side.CREDIT, '0')];
    await post([edited, '10.00'], [moved, '20.00'], [other, '30.00']);
    await post([newId('jnl'), '40.00'], [refused, '50.00', poor, cash]);
    const undo = { requestId: reversal, journalId: edited };
    await bank().as(LedgerService, 'transaction').reverseJournal(undo);
    await post([newId('jnl'), '60.00']);
    ({ blocks } = await ledger().listBlocks({}));
    await untilSigned();
    await owner(TABLES.map((table) => `create table kept_${table} as table ${table}`).join('; '));
    client = openBank({ edge: bank().edge.url, as: 'staff:auditor' });
  });
  after(() => client.close());
  afterEach('all is as it was', async () => {
    await owner(
      TABLES.map(
        (table) => `delete from ${table}; insert into ${table} overriding system value table kept_${table}`,
      ).join('; '),
    );
  });

  it('is clean before', async () => {
    const verdict = await verifyBank(client, progress(false));
    expect(verdict).to.deep.include({ clean: true, faults: [], unchecked: [], blocks: 4, unsignedBlocks: 0 });
  });

  const no = (id: string) => `(select no from journal where id = '${id}')`;
  const editions: Record<string, [journal: () => string, statement: () => string]> = {
    'an amount': [() => edited, () => `update entry set amount = 2 * amount where journal_no = ${no(edited)}`],
    'a balance': [
      () => edited,
      () => `update entry set balance_after = 7 where journal_no = ${no(edited)} and leg = 0`,
    ],
    'an account': [
      () => edited,
      () => `update entry set account_no = (select no from ledger_account where id = '${poor}')
        where journal_no = ${no(edited)} and leg = 1`,
    ],
    'a leg that is undone': [
      () => reversal,
      () => `update entry set reversed_leg = 1 - reversed_leg where journal_no = ${no(reversal)}`,
    ],
    'a value date': [() => moved, () => `update journal set value_date = '2001-01-01' where id = '${moved}'`],
    'a booking date': [() => moved, () => `update journal set booking_date = '2001-01-01' where id = '${moved}'`],
    'a known time': [
      () => moved,
      () => `update journal set known_time = known_time - interval '1 day' where id = '${moved}'`,
    ],
    'a kind': [() => moved, () => `update journal set kind = 'fee' where id = '${moved}'`],
    'an owner': [() => moved, () => `update journal set owner = 'account' where id = '${moved}'`],
    references: [() => moved, () => `update journal set metadata = '{"a": "b"}' where id = '${moved}'`],
    'a correction': [() => moved, () => `update journal set corrected_no = ${no(other)} where id = '${moved}'`],
    'a fingerprint': [
      () => moved,
      () => `update journal set fingerprint = decode(repeat('00', 16), 'hex') where id = '${moved}'`,
    ],
    'a refusal': [() => refused, () => `update journal set refusal = '\\x0801' where id = '${refused}'`],
    'the kind of a refused journal': [() => refused, () => `update journal set kind = 'fee' where id = '${refused}'`],
  };
  for (const [what, [journal, statement]] of Object.entries(editions)) {
    it(`is found out by the journal that has ${what} edited`, async () => {
      await owner(statement());
      expect(await found()).to.include(`JOURNAL_IN_BLOCK ${journal()}`);
    });
  }

  it('is found out by an entry on another day than its journal', async () => {
    await owner(`update entry set booking_date = '2001-01-01' where journal_no = ${no(edited)} and leg = 0`);
    expect(await found()).to.include(`JOURNAL_WHOLE ${edited}`);
  });

  it('is found out by the block that lacks a deleted journal, posted or refused', async () => {
    await owner(`delete from entry where journal_no = ${no(moved)}; delete from journal where id = '${moved}'`);
    expect(await found()).to.include('JOURNAL_IN_BLOCK lane 1 block 0');
    await owner(`delete from journal where id = '${refused}'`);
    expect(await found()).to.include('JOURNAL_IN_BLOCK lane 1 block 1');
  });

  it('is found out by entries that were deleted from under their journal', async () => {
    await owner(`delete from entry where journal_no = ${no(moved)}`);
    expect(await found()).to.include.members([`JOURNAL_IN_BLOCK ${moved}`, `JOURNAL_WHOLE ${moved}`]);
  });

  it('is found out by a journal that was inserted, wherever it is put', async () => {
    for (const place of ['1, 99, 99', '99, 0, 0', '1, 0, 99', '0, 0, 0']) {
      await owner(`insert into journal (no, id, kind, owner, leg_count, fingerprint, refusal, lane_no, block_height, position, known_time)
        values (0, 'jnl_forged', 'fee', 'transaction', 0, '\\x00', '\\x0801', ${place}, now())`);
      expect(await found(), place).to.include('JOURNAL_IN_BLOCK jnl_forged');
      await owner("delete from journal where id = 'jnl_forged'");
    }
  });

  it('is found out by journals that were reordered', async () => {
    await owner(`update journal set position = 1000 where id = '${moved}';
      update journal set position = (select position from kept_journal where id = '${moved}') where id = '${other}';
      update journal set position = (select position from kept_journal where id = '${other}') where id = '${moved}'`);
    const { faults } = await verifyBank(client, progress(false));
    const places = faults.filter(({ what }) => what === 'it stands where it was posted');
    expect(places.map(({ subject, expected }) => [subject, expected])).to.have.deep.members([
      [moved, 'position 1'],
      [other, 'position 2'],
    ]);
  });

  it('is found out by a block that was edited, deleted or put elsewhere', async () => {
    await owner("update block set known_time = known_time + interval '1 hour' where height = 1");
    expect(await found()).to.include('BLOCK_CHAIN lane 1 block 1');
    await owner('delete from block where height = 1');
    expect(await found()).to.include('BLOCK_CHAIN lane 1 block 2');
    await owner('update block set height = 1 where height = 2');
    expect(await found()).to.include('BLOCK_CHAIN lane 1 block 1');
  });

  it('is found out by what was signed, when the end of a lane was cut off and the balances were put right', async () => {
    await owner(`
      delete from entry e using journal j where j.no = e.journal_no and j.block_height = 3;
      delete from journal where block_height = 3;
      delete from block where height = 3;
      update ledger_account a set version = e.version, balance = e.balance_after
      from (select distinct on (account_no) * from entry order by account_no, version desc) e where e.account_no = a.no;
      update general_ledger_posting set debit = debit - 6000 where no = (select max(no) from general_ledger_posting where debit > 0);
      update general_ledger_posting set credit = credit - 6000 where no = (select max(no) from general_ledger_posting where credit > 0)`);
    const laws = await found();
    expect(laws).to.include('CHECKPOINT lane 1 block 3');
    expect(laws.filter((law) => /^(JOURNAL_IN_BLOCK|BLOCK_CHAIN|ACCOUNT|VERSIONS)/.test(law))).to.deep.equal([]);
  });

  it('is found out by what was signed, when every hash after an edited journal was computed anew', async () => {
    await owner(`update journal set value_date = '2001-01-01' where id = '${moved}';
      update entry set value_date = '2001-01-01' where journal_no = ${no(moved)}`);
    await hashAnew();
    const laws = await found();
    expect(laws.filter((law) => !law.startsWith('CHECKPOINT'))).to.deep.equal([]);
    expect(laws).to.include('CHECKPOINT lane 1 block 3');
  });

  it('is found out when the checkpoints are forged as well, by the key', async () => {
    const { checkpoints } = await ledger().listCheckpoints({});
    const height = String(checkpoints.at(-1)?.height).padStart(16, '0');
    const folder = path.join(
      bank().environment['DATA_DIR'] ?? '',
      'objects/ledger/checkpoints/0000000001/000000000000',
    );
    const file = path.join(folder, `${height}.json`);
    const before = await readFile(file, 'utf8');
    for (const forged of [before.replace(/"signature":"..../, '"signature":"AAAA'), '{}', 'nothing']) {
      await writeFile(file, forged);
      expect(await found(), forged).to.include('CHECKPOINT lane 1 block 3');
    }
    await writeFile(file, before);
    const { publicKey } = generateKeyPairSync('ed25519');
    const another = String(publicKey.export({ type: 'spki', format: 'pem' }));
    expect(await found(another)).to.include('CHECKPOINT lane 1 block 3');
    const { publicKeyPem } = await ledger().getCheckpointKey({});
    expect((await verifyBank(client, progress(false), publicKeyPem)).keyPinned).to.equal(true);
    expect(await found(publicKeyPem)).to.deep.equal([]);
  });

  async function found(key?: string): Promise<string[]> {
    const { faults } = await verifyBank(client, progress(false), key);
    return faults.map(({ law, subject }) => `${law} ${subject}`);
  }

  async function open(generalLedgerCode: string, normalSide: Side = Side.CREDIT, floor?: string): Promise<string> {
    const ledgerAccountId = newId('lac');
    const terms = { ledgerAccountId, currencyCode: 'CZK', normalSide, generalLedgerCode };
    const limit = floor === undefined ? {} : { floor: { currencyCode: 'CZK', amount: floor } };
    await bank()
      .as(LedgerService, 'account')
      .openLedgerAccount({ requestId: newId('evt'), ...terms, ...limit });
    return ledgerAccountId;
  }

  async function post(...journals: [journalId: string, amount: string, debit?: string, credit?: string][]) {
    await bank()
      .as(LedgerService, 'transaction')
      .postJournals({
        journals: journals.map(([journalId, amount, debit = cash, credit = alice]) => ({
          journalId,
          kind: JournalKind.TRANSFER,
          legs: [
            { ledgerAccountId: debit, side: Side.DEBIT, amount: { currencyCode: 'CZK', amount } },
            { ledgerAccountId: credit, side: Side.CREDIT, amount: { currencyCode: 'CZK', amount } },
          ],
          metadata: { reference: 'x' },
        })),
      });
  }

  async function untilSigned(): Promise<void> {
    for (;;) {
      const { checkpoints } = await ledger().listCheckpoints({});
      if (checkpoints.at(-1)?.height === blocks.at(-1)?.header?.height) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Computes the blocks anew, as somebody would who knows how but does not have the key. */
  async function hashAnew(): Promise<void> {
    const { journals } = await ledger().listJournals({});
    const leaves = new Map(journals.map((journal) => [String(journal.place?.position), journalLeaf(journal)]));
    let previousHash: Uint8Array = Buffer.alloc(32);
    for (const { header, leaves: before } of blocks) {
      if (!header?.knownTime) throw new Error('a block has no header');
      const { laneNumber: lane, height, firstPosition, journalCount } = header;
      const fresh = Array.from(
        { length: journalCount },
        (_, at) =>
          leaves.get(String(firstPosition + BigInt(at))) ?? Buffer.from(before.subarray(32 * at, 32 * at + 32)),
      );
      const [root, knownTime] = [rootOf(fresh), timestampDate(header.knownTime)];
      const hash = blockHash({ lane, height, previousHash, root, firstPosition, journalCount, knownTime });
      const hex = (bytes: Uint8Array) => `'\\x${Buffer.from(bytes).toString('hex')}'`;
      await owner(`update block set leaves = ${hex(Buffer.concat(fresh))}, root = ${hex(root)}, hash = ${hex(hash)},
        previous_hash = ${hex(previousHash)} where lane_no = ${lane} and height = ${height}`);
      previousHash = hash;
    }
  }
});

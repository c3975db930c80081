// Whoever owns the database can write what he likes into it. He cannot do it unseen.
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { timestampDate, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { rootOf } from '#chassis/merkle.ts';
import { staff } from '#chassis/testing/clients.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Block } from '#gen/bank/ledger/v1/proof_pb.ts';
import { useBank } from '../../services/_testbed/bank.ts';
import { blockHash } from '../../services/ledger/domain/block.ts';
import { journalLeaf } from '../../services/ledger/domain/leaf.ts';
import { inAnHour } from '../../services/ledger/testing-holds.ts';
import { type Bank, openBank } from './bank.ts';
import { verifyBank } from './commands/verify.ts';
import { progress } from './progress.ts';

const TABLES = ['journal', 'entry', 'block', 'ledger_account', 'general_ledger_posting', 'hold', 'hold_step'];
const AUDITOR = staff('AUDITOR');

describe('A ledger that was tampered with', function tampering() {
  this.timeout(120_000);
  const bank = useBank({ environment: { CHECKPOINT_SECONDS: '0.2' } });
  const ledger = () => bank().asPrincipal(LedgerService, AUDITOR);
  const owner = (statements: string) =>
    bank().database('ledger').query(`set local session_replication_role = replica; ${statements}`);
  let client: Bank;
  const [edited, moved, other, refused, reversal, captured, cutOff] = newIds('jnl');
  const taken = newId('jnl');
  const [cash, alice, poor] = newIds('lac');
  const till = newId('lac');
  const [held, busy] = newIds('hld');
  const [extension, refusal] = ['the extension', 'the refusal'];
  let blocks: Block[];

  before('some journals, posted, refused and reversed, in some blocks', async () => {
    await open(cash, '1010', Side.DEBIT);
    await open(alice, '2010');
    await open(poor, '2010', Side.CREDIT, '0');
    await openTill();
    await post([edited, '10.00'], [moved, '20.00'], [other, '30.00'], [taken, '15.00', till]);
    await post([newId('jnl'), '40.00'], [refused, '50.00', poor, cash]);
    const undo = { requestId: reversal, journalId: edited };
    await bank().as(LedgerService, 'transaction').reverseJournal(undo);
    await hold(held, alice, cash, '5.00');
    await hold(busy, alice, cash, '4.00');
    await captureAndExtend();
    await post([cutOff, '60.00']);
    await extend(busy, extension, 3);
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
    expect(verdict).to.deep.include({ clean: true, faults: [], unchecked: [], blocks: 10, unsignedBlocks: 0 });
  });

  const no = (id: string) => `(select no from journal where id = '${id}')`;
  const accountNo = (id: string) => `(select no from ledger_account where id = '${id}')`;
  const stepOf = (id: string) => `hold_no = (select no from hold where id = '${id}')`;
  const refusalKey = `release/transaction/${refusal}`;
  const REFUSED = `key = '${refusalKey}'`;
  const inBlock = (subject: string) => `LEAF_IN_BLOCK ${subject}`;
  const broken = (height: number) => `BLOCK_CHAIN lane 1 block ${height}`;
  // Each a statement of the database's owner, and what `verify` says to it: the law, and where it is broken.
  const attacks: Record<string, [statement: string, found: string]> = {
    'edits an amount': [`update entry set amount = 2 * amount where journal_no = ${no(edited)}`, inBlock(edited)],
    'edits the balance after an entry': [
      `update entry set balance_after = 7 where journal_no = ${no(edited)} and leg = 0`,
      inBlock(edited),
    ],
    'books an entry on another account': [
      `update entry set account_no = ${accountNo(poor)} where journal_no = ${no(edited)} and leg = 1`,
      inBlock(edited),
    ],
    'swaps the amounts of two journals, so that each still balances': [
      `update entry set amount = case journal_no when ${no(moved)} then amount / 2 * 3 else amount / 3 * 2 end
        where journal_no in (${no(moved)}, ${no(other)})`,
      inBlock(moved),
    ],
    'gives an entry to another stripe': [
      `insert into ledger_account (id, currency, normal_side, general_ledger_code, state, striped, stripe)
        values ('${till}', 'CZK', 'debit', '1010', 'open', true, 2);
        update entry set account_no = (select no from ledger_account where id = '${till}' and stripe = 2)
        where journal_no = ${no(taken)} and leg = 0`,
      inBlock(taken),
    ],
    'edits the balance of a stripe': [
      `update ledger_account set balance = balance + 1 where id = '${till}' and stripe > 0`,
      `ACCOUNT_BALANCE ${till}`,
    ],
    'turns a journal round': [`update entry set amount = -amount where journal_no = ${no(moved)}`, inBlock(moved)],
    'numbers the legs anew': [`update entry set leg = leg + 10 where journal_no = ${no(moved)}`, inBlock(moved)],
    'skips a version': [
      `update entry set version = version + 1000 where journal_no = ${no(moved)} and leg = 1`,
      `VERSIONS_GAPLESS ${alice}`,
    ],
    'books a version a second time, on another day': [
      `insert into entry select account_no, version, journal_no, leg, amount, balance_after, '2001-01-01', value_date
        from entry where journal_no = ${no(moved)} and leg = 1`,
      'TRIAL_BALANCE 2010 CZK',
    ],
    'edits which leg is undone': [
      `update entry set reversed_leg = 1 - reversed_leg where journal_no = ${no(reversal)}`,
      inBlock(reversal),
    ],
    'undoes another journal': [
      `update journal set reversed_no = ${no(moved)} where id = '${reversal}'`,
      inBlock(reversal),
    ],
    'edits a value date': [`update journal set value_date = '2001-01-01' where id = '${moved}'`, inBlock(moved)],
    'edits a booking date': [`update journal set booking_date = '2001-01-01' where id = '${moved}'`, inBlock(moved)],
    'shifts a known time': [
      `update journal set known_time = known_time - interval '1 day' where id = '${moved}'`,
      inBlock(moved),
    ],
    'edits a kind': [`update journal set kind = 'fee' where id = '${moved}'`, inBlock(moved)],
    'edits an owner': [`update journal set owner = 'account' where id = '${moved}'`, inBlock(moved)],
    'rewrites references': [`update journal set metadata = '{"a": "b"}' where id = '${moved}'`, inBlock(moved)],
    'makes a correction of a journal': [
      `update journal set corrected_no = ${no(other)} where id = '${moved}'`,
      inBlock(moved),
    ],
    'edits a fingerprint': [
      `update journal set fingerprint = decode(repeat('00', 16), 'hex') where id = '${moved}'`,
      inBlock(moved),
    ],
    'edits a refusal': [`update journal set refusal = '\\x0801' where id = '${refused}'`, inBlock(refused)],
    'edits a refused journal': [`update journal set kind = 'fee' where id = '${refused}'`, inBlock(refused)],
    'deletes a refused journal': [`delete from journal where id = '${refused}'`, inBlock('lane 1 block 1')],
    'deletes a posted journal': [
      `delete from entry where journal_no = ${no(moved)}; delete from journal where id = '${moved}'`,
      inBlock('lane 1 block 0'),
    ],
    'deletes the entries of a journal': [`delete from entry where journal_no = ${no(moved)}`, `JOURNAL_WHOLE ${moved}`],
    'books an entry on another day than its journal': [
      `update entry set booking_date = '2001-01-01' where journal_no = ${no(edited)} and leg = 0`,
      `JOURNAL_WHOLE ${edited}`,
    ],
    'edits a balance': [
      `update ledger_account set balance = balance - 1 where id = '${alice}'`,
      `ACCOUNT_BALANCE ${alice}`,
    ],
    'edits a version': [
      `update ledger_account set version = version + 1 where id = '${alice}'`,
      `ACCOUNT_VERSION ${alice}`,
    ],
    'sets an account back to migrating': [
      `update ledger_account set state = 'migrating' where id = '${alice}'`,
      `MIGRATION_ENDED ${alice}`,
    ],
    'moves an account to another line of the general ledger': [
      `update ledger_account set general_ledger_code = '1010' where id = '${alice}'`,
      'TIE_OUT 2010 CZK',
    ],
    'edits a posting of the general ledger': [
      "update general_ledger_posting set credit = credit + 1 where code = '2010' and currency = 'CZK' and credit > 0",
      'TIE_OUT 2010 CZK',
    ],
    'deletes from the general ledger': [
      "delete from general_ledger_posting where code = '2010' and currency = 'CZK'",
      'TIE_OUT 2010 CZK',
    ],
    'frees what is held of an account': [`update ledger_account set held = 0 where id = '${alice}'`, `HELD ${alice}`],
    'holds less': [`update hold_step set held = held - 1 where ${stepOf(held)}`, inBlock(`${held} step 1`)],
    'places a smaller hold': [`update hold set amount = amount - 1 where id = '${held}'`, `HOLD ${held}`],
    'holds of another account': [
      `update hold set debit_account_no = ${accountNo(poor)} where id = '${held}'`,
      `HELD ${poor}`,
    ],
    'captures a hold without a journal': [
      `update hold_step set captured = 1, held = held - 1 where ${stepOf(held)}`,
      `HOLD ${held}`,
    ],
    'makes a step of a hold the capture by another journal': [
      `update hold_step set kind = 'capture', journal_no = ${no(moved)}, amount = 2000, key = null, fingerprint = null
        where ${stepOf(held)}`,
      `HOLD ${held}`,
    ],
    'releases a hold': [`update hold set state = 'released', held = 0 where id = '${held}'`, `HOLD ${held}`],
    'releases a hold and says that a step did': [
      `update hold set state = 'released', held = 0 where id = '${held}';
        update hold_step set state = 'released', held = 0, held_change = 0 where ${stepOf(held)}`,
      `HELD ${alice}`,
    ],
    'takes a hold back to an earlier step': [
      `update hold h set version = s.version, expire_time = s.expire_time from hold_step s
        where h.id = '${busy}' and s.hold_no = h.no and s.version = 3`,
      `HOLD ${busy}`,
    ],
    'places a hold that no step has placed': [
      `insert into hold (no, id, kind, debit_account_no, credit_account_no, amount, capture_limit, owner)
        select 1000000000, 'hld_forged', kind, debit_account_no, credit_account_no, amount, capture_limit, owner
        from hold where id = '${held}'`,
      'HOLD hld_forged',
    ],
    'inserts a step': [
      `insert into hold_step (no, key, hold_no, version, kind, state, captured, held, held_change, expire_time, known_time,
        fingerprint, lane_no, block_height, position)
        select 1000000000, 'forged', hold_no, 2, 'extend', state, captured, held, 0, expire_time, known_time, fingerprint,
        lane_no, block_height, position + 1000 from hold_step where ${stepOf(held)}`,
      inBlock(`${held} step 2`),
    ],
    'swaps the places of two steps': [
      `create temporary table swapped as
          select o.no, s.block_height, s.position from hold_step o join hold_step s using (hold_no)
          where o.${stepOf(busy)} and s.version + o.version = 3;
        update hold_step set position = -position where no in (select no from swapped);
        update hold_step s set position = w.position, block_height = w.block_height from swapped w where w.no = s.no`,
      inBlock(`${busy} step 1`),
    ],
    'takes the last step of a hold back': [
      `delete from hold_step where ${stepOf(busy)} and version = (select max(version) from hold where id = '${busy}');
        update hold h set version = s.version, expire_time = s.expire_time from hold_step s
        where h.id = '${busy}' and s.hold_no = h.no and s.version = h.version - 1`,
      inBlock('lane 1 block 9'),
    ],
    'deletes a step': [`delete from hold_step where ${stepOf(busy)} and version = 2`, inBlock('lane 1 block 5')],
    'deletes a refused step': [`delete from hold_step where ${REFUSED}`, inBlock('lane 1 block 7')],
    'edits a refused step': [`update hold_step set kind = 'extend' where ${REFUSED}`, inBlock(refusalKey)],
    'edits the refusal of a step': [`update hold_step set refusal = '\\x0801' where ${REFUSED}`, inBlock(refusalKey)],
    'edits the key of a refused step': [
      `update hold_step set key = 'release/transaction/another' where ${REFUSED}`,
      inBlock('release/transaction/another'),
    ],
    'edits the fingerprint of a refused step': [
      `update hold_step set fingerprint = decode(repeat('00', 16), 'hex') where ${REFUSED}`,
      inBlock(refusalKey),
    ],
    'deletes a hold': [
      `delete from hold_step where ${stepOf(held)}; delete from hold where id = '${held}'`,
      `HELD ${alice}`,
    ],
    'edits a block': ["update block set known_time = known_time + interval '1 hour' where height = 1", broken(1)],
    'deletes a block': ['delete from block where height = 1', broken(2)],
    'puts a block elsewhere': [
      'delete from block where height = 1; update block set height = 1 where height = 2',
      broken(1),
    ],
  };
  // Every column of a hold and of a step, but their numbers.
  const ofHolds = ["kind = 'fee'", 'capture_limit = capture_limit + 1', "owner = 'account'", 'captured = captured + 1']
    .concat(["id = 'hld_other'", 'amount = amount - 1', `credit_account_no = ${accountNo(poor)}`, 'held = held - 1'])
    .concat(["expire_time = 'epoch'", 'version = version + 1', "state = 'released', held = 0"])
    .concat(`debit_account_no = ${accountNo(poor)}`);
  for (const change of ofHolds) {
    const hold = change.startsWith('id') ? 'hld_other' : busy;
    attacks[`edits a hold: ${change.replace(/\(.*/, 'another')}`] = [
      `update hold set ${change} where id = '${busy}'`,
      /^(captured|held|expire|version|state)/.test(change) ? `HOLD ${hold}` : inBlock(`${hold} step 1`),
    ];
  }
  const ofSteps = ['captured = captured + 1', 'held = held + 1', 'held_change = held_change - 1', 'amount = amount + 1']
    .concat([`journal_no = ${no(moved)}`, "known_time = known_time - interval '1 day'", "expire_time = 'epoch'"])
    .concat("kind = 'extend', key = 'x', fingerprint = '\\x00', journal_no = null, amount = null");
  for (const change of ofSteps) {
    attacks[`edits a step: ${change.replace(/\(.*/, 'another')}`] = [
      `update hold_step set ${change} where ${stepOf(busy)} and kind = 'capture'`,
      inBlock(`${busy} step 3`),
    ];
  }
  for (const change of ["key = 'another'", "fingerprint = decode(repeat('00', 16), 'hex')", "kind = 'release'"]) {
    attacks[`edits an extension: ${change}`] = [
      `update hold_step set ${change} where ${stepOf(busy)} and version = 2`,
      inBlock(`${busy} step 2`),
    ];
  }
  for (const [what, [statement, fault]] of Object.entries(attacks)) {
    it(`is found out when its owner ${what}`, async () => {
      await owner(statement);
      expect(await found()).to.include(fault);
    });
  }

  it('does not come to be where a constraint forbids it to its owner too', async () => {
    for (const statement of [
      `update ledger_account set state = 'closed' where id = '${alice}'`,
      'update ledger_account set held = -1',
      `update entry set amount = 0 where journal_no = ${no(moved)}`,
      `update hold_step set journal_no = ${no(moved)} where ${stepOf(held)}`,
    ]) {
      const code = await owner(statement).then(
        () => 'done',
        (error: { code?: string }) => error.code,
      );
      expect(code, statement).to.equal('23514');
    }
  });

  it('is found out by a journal that was inserted, wherever it is put', async () => {
    for (const place of ['1, 99, 99', '99, 0, 0', '1, 0, 99', '0, 0, 0']) {
      await owner(`insert into journal (no, id, kind, owner, leg_count, fingerprint, refusal, lane_no, block_height, position, known_time)
        values (0, 'jnl_forged', 'fee', 'transaction', 0, '\\x00', '\\x0801', ${place}, now())`);
      expect(await found(), place).to.include('LEAF_IN_BLOCK jnl_forged');
      await owner("delete from journal where id = 'jnl_forged'");
    }
  });

  it('is found out by a step that was inserted, wherever it is put', async () => {
    const last = `(select * from hold_step where ${stepOf(busy)} order by version desc limit 1)`;
    for (const place of ['1, 99, 99', '99, 0, 0', '1, 0, 99', '0, 0, 0', `lane_no, block_height, position + 1`]) {
      await owner(`insert into hold_step (no, key, hold_no, version, kind, state, captured, held, held_change, expire_time,
          known_time, fingerprint, lane_no, block_height, position)
        select 0, 'forged', hold_no, version + 1, 'extend', state, captured, held, 0, expire_time, known_time, fingerprint,
          ${place} from ${last} s;
        update hold set version = version + 1 where id = '${busy}'`);
      expect(await found(), place).to.include(inBlock(`${busy} step 5`));
      await owner(`delete from hold_step where key = 'forged';
        update hold set version = version - 1 where id = '${busy}'`);
    }
  });

  it('is found out by steps that were reordered', async () => {
    const to = (from: number) => `(select position from kept_hold_step where ${stepOf(busy)} and version = ${from})`;
    const block = (from: number) =>
      `(select block_height from kept_hold_step where ${stepOf(busy)} and version = ${from})`;
    const put = (version: number, at: string, height: string) =>
      `update hold_step set position = ${at}, block_height = ${height} where ${stepOf(busy)} and version = ${version}`;
    await owner(`${put(2, '1000', '0')}; ${put(4, to(2), block(2))}; ${put(2, to(4), block(4))}`);
    expect(await found()).to.include.members([inBlock(`${busy} step 2`), inBlock(`${busy} step 4`)]);
  });

  it('is found out by what was signed, when the last step of a hold was cut off and the hold put right', async () => {
    const cut = Number(blocks.at(-1)?.header?.height);
    await owner(`delete from hold_step where block_height = ${cut}; delete from block where height = ${cut};
      update hold h set version = s.version, expire_time = s.expire_time from hold_step s
      where h.id = '${busy}' and s.hold_no = h.no and s.version = 3`);
    expect(await found()).to.deep.equal([`CHECKPOINT lane 1 block ${cut}`]);
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

  it('is found out by what was signed, when the end of a lane was cut off and the balances were put right', async () => {
    const cut = Number(blocks.at(-1)?.header?.height) - 1;
    await owner(`
      delete from entry e using journal j where j.no = e.journal_no and j.block_height = ${cut};
      delete from journal where block_height = ${cut};
      delete from hold_step where block_height > ${cut};
      delete from block where height >= ${cut};
      update hold h set version = s.version, expire_time = s.expire_time from hold_step s
      where h.id = '${busy}' and s.hold_no = h.no and s.version = 3;
      update ledger_account a set version = e.version, balance = e.balance_after
      from (select distinct on (account_no) * from entry order by account_no, version desc) e where e.account_no = a.no;
      update general_ledger_posting set debit = debit - 6000 where no = (select max(no) from general_ledger_posting where debit > 0);
      update general_ledger_posting set credit = credit - 6000 where no = (select max(no) from general_ledger_posting where credit > 0)`);
    const laws = await found();
    expect(laws).to.include(lastSigned());
    expect(laws.filter((law) => /^(LEAF_IN_BLOCK|BLOCK_CHAIN|ACCOUNT|VERSIONS|HOLD|HELD)/.test(law))).to.deep.equal([]);
  });

  it('is found out by what was signed, when every hash after an edited journal was computed anew', async () => {
    await owner(`update journal set value_date = '2001-01-01' where id = '${moved}';
      update entry set value_date = '2001-01-01' where journal_no = ${no(moved)}`);
    await hashAnew();
    const laws = await found();
    expect(laws.filter((law) => !law.startsWith('CHECKPOINT'))).to.deep.equal([]);
    expect(laws).to.include(lastSigned());
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
      expect(await found(), forged).to.include(lastSigned());
    }
    await writeFile(file, before);
    const { publicKey } = generateKeyPairSync('ed25519');
    const another = String(publicKey.export({ type: 'spki', format: 'pem' }));
    expect(await found(another)).to.include(lastSigned());
    const { publicKeyPem } = await ledger().getCheckpointKey({});
    expect((await verifyBank(client, progress(false), publicKeyPem)).keyPinned).to.equal(true);
    expect(await found(publicKeyPem)).to.deep.equal([]);
  });

  function lastSigned(): string {
    return `CHECKPOINT lane 1 block ${blocks.at(-1)?.header?.height}`;
  }

  async function found(key?: string): Promise<string[]> {
    const { faults } = await verifyBank(client, progress(false), key);
    return faults.map(({ law, subject }) => `${law} ${subject}`);
  }

  async function open(
    ledgerAccountId: string,
    generalLedgerCode: string,
    normalSide: Side = Side.CREDIT,
    floor?: string,
  ): Promise<void> {
    const terms = { ledgerAccountId, currencyCode: 'CZK', normalSide, generalLedgerCode };
    const limit = floor === undefined ? {} : { floor: { currencyCode: 'CZK', amount: floor } };
    await bank()
      .as(LedgerService, 'account')
      .openLedgerAccount({ requestId: newId('evt'), ...terms, ...limit });
  }

  async function openTill(): Promise<void> {
    const terms = { ledgerAccountId: till, currencyCode: 'CZK', normalSide: Side.DEBIT, generalLedgerCode: '1010' };
    const requestId = newId('evt');
    await bank()
      .as(LedgerService, 'account')
      .openLedgerAccount({ requestId, ...terms, striped: true });
  }

  async function hold(holdId: string, debit: string, credit: string, amount: string): Promise<void> {
    const accounts = { debitLedgerAccountId: debit, creditLedgerAccountId: credit };
    const terms = { kind: JournalKind.TRANSFER, amount: { currencyCode: 'CZK', amount }, expireTime: inAnHour() };
    await bank()
      .as(LedgerService, 'transaction')
      .placeHolds({ holds: [{ holdId, ...accounts, ...terms }] });
  }

  /** The life of a hold: extended, captured in part, and a release of another that is refused. */
  async function captureAndExtend(): Promise<void> {
    await extend(busy, 'the first extension', 2);
    const transaction = bank().as(LedgerService, 'transaction');
    const amount = { currencyCode: 'CZK', amount: '1.00' };
    await transaction.captureHold({ requestId: captured, holdId: busy, amount });
    await transaction.releaseHold({ requestId: refusal, holdId: 'hld_none' }).catch(() => undefined);
  }

  async function extend(holdId: string, requestId: string, hours: number): Promise<void> {
    const expireTime = timestampFromMs(Date.now() + 3_600_000 * hours);
    await bank().as(LedgerService, 'transaction').extendHold({ requestId, holdId, expireTime });
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
      const { laneNumber: lane, height, firstPosition, leafCount } = header;
      const fresh = Array.from(
        { length: leafCount },
        (_, at) =>
          leaves.get(String(firstPosition + BigInt(at))) ?? Buffer.from(before.subarray(32 * at, 32 * at + 32)),
      );
      const [root, knownTime] = [rootOf(fresh), timestampDate(header.knownTime)];
      const hash = blockHash({ lane, height, previousHash, root, firstPosition, leafCount, knownTime });
      const hex = (bytes: Uint8Array) => `'\\x${Buffer.from(bytes).toString('hex')}'`;
      await owner(`update block set leaves = ${hex(Buffer.concat(fresh))}, root = ${hex(root)}, hash = ${hex(hash)},
        previous_hash = ${hex(previousHash)} where lane_no = ${lane} and height = ${height}`);
      previousHash = hash;
    }
  }
});

/** As many ids of a kind as are asked for. */
function newIds(prefix: 'jnl' | 'lac' | 'hld'): [string, string, string, string, string, string, string] {
  const id = () => newId(prefix);
  return [id(), id(), id(), id(), id(), id(), id()];
}

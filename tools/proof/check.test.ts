import { spawn } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { useBank } from '../../services/_testbed/bank.ts';
import { accountsOf, openAccount, payIn, registerPerson } from '../../services/_testbed/opening.ts';
import { untilSigned } from '../../services/_testbed/signing.ts';
import { useBankctl } from '../bankctl/testing.ts';
import { verdictOn } from './check.ts';

/** A document in JSON, to be changed here and there. */
interface Document {
  [name: string]: unknown;
  journalText: string;
  entryText: string;
  blocks: Document[];
  checkpoint: Document;
}

describe('The offline check of a proof', function offline() {
  this.timeout(60_000);
  const bank = useBank();
  const { run } = useBankctl(() => bank().edge.url);
  let folder = '';
  let proof: Document;
  let key = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'corebank-proof-'));
    const owner = await registerPerson(bank());
    const account = await openAccount(bank(), { owners: [owner], migrating: true });
    const { accountId } = account;
    for (const amount of ['10.00', '20.00', '30.00']) await payIn(bank(), account, amount, '2020-01-01');
    await fillABlock();
    await untilSigned(() => accountsOf(bank(), owner).getStatementProof({ accountId, lineNumber: 3 }));
    const shown = await run(['statement', accountId, '--as', `customer:${owner}`]);
    expect(shown.stdout).to.match(/^ +2 +2020-01-01 .*20\.00/m);
    proof = JSON.parse((await run(['proof', accountId, '2', '--as', `customer:${owner}`])).stdout);
    key = (await run(['keys'])).stdout;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('accepts what the bank has signed, and shows it', async () => {
    const { code, stdout } = await check(proof);
    expect([code, stdout]).to.deep.equal([
      0,
      `${proof.journalText}\n${proof.entryText}\n\nThe entry is in the books of the bank.\n`,
    ]);
    expect(proof.entryText).to.match(/^lac_\w+ 2 CREDIT 20.00 CZK balance 30.00$/);
  });

  const other = Buffer.alloc(32).toString('base64');
  const forgeries: Record<string, [change: (copy: Document) => void, said: string]> = {
    'another amount': [(copy) => swap(copy, 'entryText', '20.00', '99.00'), 'the entry is none of the journal'],
    'another leg': [(copy) => Object.assign(copy, { legNumber: 7 }), 'the entry is none of the journal'],
    'another salt': [(copy) => Object.assign(copy, { entrySalt: other }), 'the entry is none of the journal'],
    'another date': [(copy) => swap(copy, 'journalText', '2020', '2021'), 'the journal is none of the block'],
    'another place': [(copy) => Object.assign(copy, { journalIndex: 9 }), 'the journal is none of the block'],
    'a longer path': [(copy) => Object.assign(copy, { path: [other] }), 'the journal is none of the block'],
    'another root': [(copy) => Object.assign(copy.blocks[0]!, { root: other }), 'the journal is none of the block'],
    'another time': [
      (copy) => Object.assign(copy.blocks[0]!, { knownTime: '2020-01-01T00:00:00Z' }),
      'has another hash',
    ],
    'no block': [(copy) => Object.assign(copy, { blocks: [] }), 'it has no block'],
    'a block twice': [(copy) => copy.blocks.push(copy.blocks.at(-1)!), 'does not continue'],
    'another block signed': [(copy) => Object.assign(copy.checkpoint, { blockHash: other }), 'another block is signed'],
    'another time of signing': [
      (copy) => Object.assign(copy.checkpoint, { signTime: '2020-01-01T00:00:00Z' }),
      'the bank has not signed it',
    ],
  };
  for (const [what, [change, said]] of Object.entries(forgeries)) {
    it(`refuses ${what}`, () => {
      const copy = structuredClone(proof);
      change(copy);
      const { wrong } = verdictOn(copy as never, createPublicKey(key));
      expect(wrong)
        .to.match(/^This proves nothing: .*\.$/)
        .and.to.include(said);
    });
  }

  it('accepts the answer of GetStatementProof as JSON has it, without what is 0 or empty', async () => {
    const { legNumber, journalIndex, path: hashes, ...rest } = proof;
    const kept = Object.entries({ legNumber, journalIndex, path: hashes }).filter(([, value]) =>
      Array.isArray(value) ? value.length > 0 : value !== 0,
    );
    expect(kept.length).to.be.lessThan(3);
    expect(await check({ proof: { ...rest, ...Object.fromEntries(kept) } })).to.include({ code: 0 });
  });

  it('says of a document that is none that it proves nothing', async () => {
    for (const none of [{}, null, [], 'proof', { blocks: [1] }, { ...proof, path: 7 }, { ...proof, entryText: 7 }]) {
      expect(verdictOn(none as never, createPublicKey(key)), JSON.stringify(none)).to.deep.equal({
        wrong: 'This proves nothing: it is not of the form of a proof.',
      });
    }
    const { code, stderr } = await check(null);
    expect([code, stderr]).to.deep.equal([1, 'This proves nothing: it is not of the form of a proof.\n']);
  });

  it('says what it cannot read', async () => {
    expect((await check(proof, 'no key')).stderr).to.match(/^\S+key\.pem cannot be read as a public key in PEM: /);
    expect(await check(proof, 'no key')).to.include({ code: 2 });
  });

  it('refuses what another bank has signed, and a line that is none', async () => {
    const stranger = String(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
    expect(await check(proof, stranger)).to.include({ code: 1 });
    expect(await run(['proof', 'acc_1', 'first'])).to.include({ code: 2 });
  });

  function swap(copy: Document, name: 'entryText' | 'journalText', before: string, after: string): void {
    copy[name] = copy[name].replace(before, after);
  }

  async function check(document: unknown, pem = key): Promise<{ code: number; stdout: string; stderr: string }> {
    const files = [path.join(folder, 'proof.json'), path.join(folder, 'key.pem')] as const;
    await writeFile(files[0], JSON.stringify(document));
    await writeFile(files[1], pem);
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'check.ts'), ...files]);
    const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'close')]);
    return { code: child.exitCode ?? -1, stdout, stderr };
  }

  /** Later journals, among many of a block. */
  async function fillABlock(): Promise<void> {
    const ledger = bank().as(LedgerService, 'transaction');
    const money = { currencyCode: 'CZK', amount: '1.00' };
    const legs = [Side.DEBIT, Side.CREDIT].map((side) => ({ ledgerAccountId: 'lac_cash_czk', side, amount: money }));
    const journals = Array.from({ length: 5 }, () => ({ journalId: newId('jnl'), kind: JournalKind.TRANSFER, legs }));
    await ledger.postJournals({ journals });
  }
});

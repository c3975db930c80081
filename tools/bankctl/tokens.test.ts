import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { subjectFor } from './roles.ts';
import { fileMemory, memoryFile } from './tokens.ts';

const EDGE = 'http://127.0.0.1:8080';

describe('Tokens that are kept between runs', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-tokens-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('stand in a file that only its owner reads, by edge', async () => {
    const file = path.join(directory, 'corebank', 'tokens.json');
    const memory = fileMemory(file);
    memory.keep(EDGE, { as: 'staff:teller', tokens: { 'staff:teller': { token: 't', until: 1 } } });
    memory.keep('http://other:1', { tokens: {} });
    expect(fileMemory(file).recall(EDGE)).to.deep.equal({
      as: 'staff:teller',
      tokens: { 'staff:teller': { token: 't', until: 1 } },
    });
    expect(fileMemory(file).recall('http://nobody:1')).to.deep.equal({ tokens: {} });
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).to.equal(0o700);
  });

  it('are asked for anew when the file is broken', async () => {
    const file = path.join(directory, 'tokens.json');
    for (const text of ['', '[]', 'null', '{"http://127.0.0.1:8080": {}}']) {
      await writeFile(file, text);
      expect(fileMemory(file).recall(EDGE)).to.deep.equal({ tokens: {} });
    }
  });

  it('are kept for this run where there is no place for a file', async () => {
    const file = path.join(directory, 'taken', 'tokens.json');
    await writeFile(path.join(directory, 'taken'), '');
    const memory = fileMemory(file);
    memory.keep(EDGE, { as: 'staff:auditor', tokens: {} });
    expect(memory.recall(EDGE)).to.deep.equal({ as: 'staff:auditor', tokens: {} });
    expect(await readFile(path.join(directory, 'taken'), 'utf8')).to.equal('');
  });

  it('lie where the XDG specification says', () => {
    expect(memoryFile({ XDG_CACHE_HOME: '/caches' })).to.equal('/caches/corebank/tokens.json');
    expect(memoryFile({ XDG_CACHE_HOME: 'relative' })).to.match(/^\/.*\.cache\/corebank\/tokens\.json$/);
    expect(memoryFile({})).to.match(/\.cache\/corebank\/tokens\.json$/);
  });
});

describe('The member of staff that a command runs as', () => {
  it('is one whom the contract lets do it', () => {
    expect(subjectFor('bank.account.v1.AccountService/OpenAccount')).to.equal('staff:back-office');
    expect(subjectFor('bank.transaction.v1.TransactionService/DepositCash')).to.equal('staff:teller');
    expect(subjectFor('bank.ledger.v1.LedgerService/ListJournals')).to.equal('staff:auditor');
    expect(subjectFor('bank.unknown.v1.UnknownService/Anything')).to.equal('staff:back-office');
  });
});

import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { openDatabase } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { deleteSpentProofs } from '../partner-tables.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';

describe('SpendProofs', () => {
  const bank = useService(security);
  const use = (proofDigest = randomBytes(32)) => ({ proofDigest, useKey: unique('use') });
  const spend = async (uses: ReturnType<typeof use>[], validateOnly = false) =>
    (await bank.as('edge').spendProofs({ uses, validateOnly })).first;

  it('says of each use whether it is the first of its proof, however often it is asked', async () => {
    const [one, two] = [use(), use()];
    const again = use(one.proofDigest);
    expect(await spend([one, again, two])).to.deep.equal([true, false, true]);
    expect(await spend([again, use(two.proofDigest), one, two])).to.deep.equal([false, false, true, true]);
  });

  it('knows one first use, of many that come at the same moment in batches of whatever order', async () => {
    const digests = Array.from({ length: 40 }, () => randomBytes(32));
    const batches = Array.from({ length: 24 }, (_, turn) => {
      const uses = digests.map((digest) => use(digest));
      return turn % 2 === 0 ? uses : uses.reverse();
    });
    const told = await Promise.all(batches.map((uses) => spend(uses)));
    const firsts = told.flatMap((first, turn) =>
      first.flatMap((is, index) => (is ? [batches[turn]?.[index]?.proofDigest.toString('hex')] : [])),
    );
    expect(firsts).to.have.members(digests.map((digest) => digest.toString('hex')));
  });

  it('uses up nothing when it is only tried', async () => {
    const one = use();
    const other = use(one.proofDigest);
    expect(await spend([one, other], true)).to.deep.equal([true, false]);
    expect(await spend([other])).to.deep.equal([true]);
    expect(await spend([one, other], true)).to.deep.equal([false, true]);
  });

  it('forgets a proof when it has not been fresh for long', async () => {
    const [old, young] = [use(), use()];
    await spend([old, young]);
    const aged = `update spent_proof set spend_time = now() - interval '181 seconds' where use_key = $1`;
    await bank.database.query(aged, [old.useKey]);
    const { runtimeUrl: url } = bank.database;
    const settings = { log: makeLog('test', 'silent'), entities: [], poolMax: 1, statementTimeoutMs: 9_000 };
    await using database = await openDatabase({ url, service: 'security', ...settings });
    await database.query(deleteSpentProofs());
    expect(await spend([use(young.proofDigest)])).to.deep.equal([false]);
    expect(await spend([use(old.proofDigest)])).to.deep.equal([true]);
  });

  it('is for the edge alone', async () => {
    await refused(bank.as('ledger').spendProofs({ uses: [use()] }), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('edge').spendProofs({ uses: [] }), 'REQUEST_INVALID');
    await refused(bank.as('edge').spendProofs({ uses: [use(randomBytes(31))] }), 'REQUEST_INVALID');
  });
});

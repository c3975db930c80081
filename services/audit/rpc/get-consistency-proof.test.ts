import { expect } from 'chai';
import { rootOf } from '#chassis/merkle.ts';
import { isConsistent } from '#chassis/merkle-log.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { recordLeaf } from '../domain/record.ts';
import { useAudit } from '../testing.ts';

describe('GetConsistencyProof of audit', () => {
  const { bank, auditor, tell } = useAudit();
  const log = Workload.TRANSACTION;
  const ask = (firstSize: string, secondSize: string) => auditor().getConsistencyProof({ log, firstSize, secondSize });

  it('shows of any two sizes of a log that the one goes on from the other', async () => {
    const leaves: Buffer[] = [];
    for (const count of [3, 1, 5, 4]) {
      leaves.push(...(await tell('transaction', ...Array.from({ length: count }, () => ({})))).map(recordLeaf));
    }
    const head = (size: number) => ({ size, root: rootOf(leaves.slice(0, size)) });
    for (let first = 1; first <= 13; first += 1) {
      for (let second = first; second <= 13; second += 1) {
        const { path } = await ask(String(first), String(second));
        expect(isConsistent(head(first), head(second), path), `${first} to ${second}`).to.equal(true);
        if (first < second) expect(isConsistent(head(first + 1), head(second), path)).to.equal(false);
      }
    }
  });

  it('is of sizes that the log has had, the smaller one first', async () => {
    await refused(ask('2', '1'), 'LOG_SIZES_INVALID');
    await refused(ask('1', '14'), 'LOG_SIZES_INVALID');
    await refused(ask('999999999999999', '999999999999999'), 'LOG_SIZES_INVALID');
    await refused(ask('0', '1'), 'REQUEST_INVALID');
    await refused(
      auditor().getConsistencyProof({ log: Workload.LOAN, firstSize: '1', secondSize: '1' }),
      'LOG_SIZES_INVALID',
    );
  });

  it('is for auditors and compliance alone', async () => {
    const teller = bank.asPrincipal(staff('TELLER'));
    await refused(teller.getConsistencyProof({ log, firstSize: '1', secondSize: '1' }), 'CALLER_NOT_ALLOWED');
  });
});

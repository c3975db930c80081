import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import type { LogEntry } from '#gen/bank/audit/v1/audit_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { recordLeaf } from '../domain/record.ts';
import { useAudit } from '../testing.ts';

describe('ListLogEntries', () => {
  const { bank, auditor, tell } = useAudit();
  const log = Workload.LEDGER;

  async function entries(pageSize = 100): Promise<LogEntry[]> {
    const read: LogEntry[] = [];
    for (let pageToken = ''; ; ) {
      const page = await auditor().listLogEntries({ log, pageSize, pageToken });
      read.push(...page.entries);
      pageToken = page.nextPageToken;
      if (pageToken === '') return read;
    }
  }

  it('lists a log from its beginning, each record with its hash, in which is that of the record before', async () => {
    const records = [...(await tell('ledger', {}, {}, {})), ...(await tell('ledger', {}, {}))];
    await tell('account', {});
    const listed = await entries(2);
    expect(listed.map(({ record }) => record)).to.deep.equal(records);
    expect(listed.map(({ position }) => Number(position))).to.deep.equal([0, 1, 2, 3, 4]);
    expect(listed.every(({ genuine }) => genuine)).to.equal(true);
    for (const [index, { leafHash, record }] of listed.entries()) {
      expect(leafHash).to.deep.equal(new Uint8Array(recordLeaf(record!)));
      expect(record?.previousHash).to.deep.equal(listed[index - 1]?.leafHash ?? new Uint8Array(32));
    }
  });

  it('shows a place whose record is gone, and one that somebody else has written', async () => {
    const [first, second] = await entries();
    await bank.database.query('delete from audit_record where record_id = $1', [first?.record?.recordId]);
    await bank.database.query(`update log_leaf set seal = '\\x00' where record_id = $1`, [second?.record?.recordId]);
    const [gone, forged] = await entries();
    expect(gone).to.deep.include({ position: 0n, genuine: true, leafHash: first?.leafHash });
    expect(gone?.record).to.equal(undefined);
    expect(forged?.genuine).to.equal(false);
  });

  it('is for auditors and compliance alone', async () => {
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).listLogEntries({ log }), 'CALLER_NOT_ALLOWED');
    await refused(auditor().listLogEntries({}), 'REQUEST_INVALID');
    await refused(auditor().listLogEntries({ log, pageToken: 'AAAA' }), 'PAGE_TOKEN_INVALID');
  });
});

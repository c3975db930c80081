import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { toJsonString } from '@bufbuild/protobuf';
import { expect } from 'chai';
import type { ObjectStore } from '#chassis/object-store.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { Outcome, RecordKind, ReportKind } from '#gen/bank/audit/v1/audit_pb.ts';
import { ListLogEntriesResponseSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { openArchive } from './archive.ts';
import { FIRST_RETENTION } from './domain/keeping.ts';
import { keep } from './keeping.ts';
import { accessRefused, type Keeping, OPEN_ACCOUNT, personalDataRead, useAudit } from './testing.ts';

const APPROVE = 'bank.security.v1.SecurityService/ApproveRequest';
/** By then some files of a month are written, and it is still in the database. */
const LATE_AFTER = 11;
const GET_CUSTOMER = 'bank.customer.v1.CustomerService/GetCustomer';

describe('Keeping of audit records', function keepingRecords() {
  this.timeout(60_000);
  const { bank, auditor, tell, hear, signed, keeping } = useAudit();
  const compliance = () => bank.asPrincipal(staff('COMPLIANCE'));
  const executor = () =>
    bank.asPrincipal({ ...staff('COMPLIANCE'), approverId: 'stf_other' }, { workload: 'security-executor' });
  const boss = { ...staff('TELLER'), partyId: 'stf_boss', approverId: 'stf_approver' };

  /** Some of each kind in a month, and some of these days between which the order of what is heard goes to and fro. */
  async function happened(month: string): Promise<void> {
    const on = (day: number) => new Date(`${month}-${String(day).padStart(2, '0')}T10:00:00.123Z`);
    for (const day of [20, 3, 28, 11]) {
      const content = { name: `of ${month}-${day}` };
      await tell(
        'account',
        { resourceIds: ['acc_1', 'cus_jana'], occurred: on(day), after: { partyId: 'cus_jana', content } },
        { reason: 'ACCOUNT_NOT_FOUND', resourceIds: ['acc_2'], occurred: on(day) },
        { actor: boss, resourceIds: ['acc_1'], occurred: on(day + 1) },
      );
      const at = { seconds: BigInt(on(day).getTime() / 1000 - 0.123), nanos: 0 };
      const read = personalDataRead({ actor: boss, rpc: GET_CUSTOMER, resourceIds: ['cus_jana'], oneIn: 1 });
      const refusedOnce = accessRefused({ actor: boss, rpc: OPEN_ACCOUNT, code: 7, reason: 'CALLER_NOT_ALLOWED' });
      for (const envelope of [read, refusedOnce]) Object.assign(envelope.occurTime!, at);
      await hear('security', [read, refusedOnce]);
      await tell('security', { rpc: APPROVE, actor: boss, occurred: on(day) });
    }
  }

  /** Everything that can be asked about records, page by page where pages are. */
  async function answers(): Promise<unknown> {
    const filters = [
      {},
      { partyId: 'cus_jana' },
      { partyId: 'stf_approver' },
      { resourceId: 'acc_2' },
      { actorId: 'stf_boss', rpc: OPEN_ACCOUNT },
      { reason: 'ACCOUNT_NOT_FOUND', outcome: Outcome.REFUSED },
      { kind: RecordKind.PERSONAL_DATA_READ },
      { startTime: { seconds: 1_705_000_000n, nanos: 0 }, endTime: { seconds: 1_706_000_000n, nanos: 0 } },
    ];
    const lists: string[][] = [];
    for (const filter of filters) for (const pageSize of [1_000, 17]) lists.push(await listed(filter, pageSize));
    const span = { startTime: { seconds: 1n, nanos: 0 }, endTime: { seconds: 4_000_000_000n, nanos: 0 } };
    for (const report of [ReportKind.APPROVALS, ReportKind.READS, ReportKind.ACCESS]) {
      const { records } = await auditor().listReportRecords({ ...span, report, partyId: 'stf_boss' } as never);
      lists.push(records.map(({ recordId }) => recordId));
    }
    const entries: string[] = [];
    for (const log of [Workload.ACCOUNT, Workload.SECURITY]) {
      entries.push(
        toJsonString(ListLogEntriesResponseSchema, await auditor().listLogEntries({ log, pageSize: 1_000 })),
      );
    }
    return [lists, entries];
  }

  async function listed(filter: object, pageSize: number): Promise<string[]> {
    const ids: string[] = [];
    let pageToken = '';
    do {
      const page = await auditor().listAuditRecords({ ...filter, pageSize, pageToken });
      ids.push(...page.records.map(({ recordId }) => recordId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return ids;
  }

  const here = async (month: string) =>
    (await bank.database.query<{ count: number }>(`select count(*)::int as count from audit_record_${month}`))[0]
      ?.count;
  const files = async () => (await auditor().listArchiveFiles({})).files;
  const anOld = async () =>
    (await listed({ startTime: { seconds: 1n, nanos: 0 }, endTime: { seconds: 1_706_800_000n, nanos: 0 } }, 10))[0] ??
    '';

  it('takes an old month out of the database, and answers all the same', async () => {
    await happened('2024-01');
    await tell('account', { resourceIds: ['acc_1'] }, { actor: boss });
    await signed();
    const before = await answers();
    const recordId = await anOld();
    const shown = await auditor().getAuditRecord({ recordId });
    const proved = await auditor().getInclusionProof({ recordId });
    await keep(keeping());
    expect(await here('2024_01')).to.equal(0);
    expect(await answers()).to.deep.equal(before);
    expect(await auditor().getAuditRecord({ recordId })).to.deep.equal(shown);
    expect(await auditor().getInclusionProof({ recordId })).to.deep.include({
      recordText: proved.recordText,
      path: proved.path,
    });
    const all = await files();
    expect(all.map(({ file }) => [file?.className, file?.recordCount])).to.have.deep.members([
      ['commands', 16],
      ['reads', 4],
      ['refusals', 4],
    ]);
    for (const { file, foundDigest } of all)
      expect(Buffer.from(file!.contentDigest).equals(foundDigest)).to.equal(true);
  });

  it('takes what comes late after it, and is the same whoever is killed wherever, and whoever does it twice', async () => {
    await happened('2024-01');
    await happened('2024-02');
    let all = await listed({}, 1_000);
    for (let reached = 0; ; reached += 1) {
      const killed = await keep(dyingAt(keeping(), reached)).catch((error: Error) => error.message);
      expect(await listed({}, 1_000), `killed at ${reached}`).to.deep.equal(all);
      if (killed === undefined) break;
      expect(killed).to.equal('killed');
      if (reached !== LATE_AFTER) continue;
      // Behind what of its month is in files already, which it is found to lack.
      expect(await files(), 'some is written').to.have.length.greaterThan(3);
      await tell('account', { resourceIds: ['acc_late'], occurred: new Date('2024-01-02T10:00:00Z') });
      all = await listed({}, 1_000);
    }
    const before = await answers();
    await Promise.all([keep(keeping()), keep(keeping())]);
    expect([await here('2024_01'), await here('2024_02')]).to.deep.equal([0, 0]);
    expect(await answers()).to.deep.equal(before);
    expect((await files()).reduce((sum, { file }) => sum + (file?.recordCount ?? 0), 0)).to.equal(73);
  });

  it('clears no month that the archive has not all of, nor a young one, whoever asks', async () => {
    const clear = (month: string) => bank.database.query(`select clear_audit_month('${month}Z')`, [], 'runtime');
    await tell('account', { occurred: new Date('2024-03-05T10:00:00Z') });
    expect(await clear('2024-03-01')).to.deep.equal([{ clear_audit_month: 'INCOMPLETE' }]);
    const now = `${new Date().toISOString().slice(0, 7)}-01`;
    expect(await clear(now).catch((error: Error) => error.message)).to.match(/is no month that is to be cleared/);
    for (const table of [
      'audit_record',
      'archive_file',
      'archive_month',
      'legal_hold',
      'retention_policy',
      'activity',
    ]) {
      for (const statement of [`delete from ${table}`, `truncate ${table}`]) {
        const tried = await bank.database.query(statement, [], 'runtime').catch((error: Error) => error.message);
        expect(tried, statement).to.match(/permission denied/);
      }
    }
  });

  it('leaves where it is what a legal hold covers, until it is released', async () => {
    await happened('2024-04');
    const hold = { requestId: randomUUID(), partyId: 'cus_jana', reason: 'Proceedings 12/24' };
    const { legalHold } = await compliance().placeLegalHold({
      ...hold,
      startTime: { seconds: 1_712_000_000n, nanos: 0 },
    } as never);
    await keep(keeping());
    expect(await here('2024_03'), 'nothing of hers').to.equal(0);
    expect(await here('2024_04')).to.equal(24);
    expect(await bank.database.query(`select clear_audit_month('2024-04-01Z')`, [], 'runtime')).not.to.deep.equal([
      { clear_audit_month: 'CLEARED' },
    ]);
    await executor().releaseLegalHold({ requestId: randomUUID(), legalHoldId: legalHold?.legalHoldId ?? '' });
    await keep(keeping());
    expect(await here('2024_04')).to.equal(0);
  });

  it('disposes of a class when it was kept as long as it had to be, but for what is held, and says so, signed', async () => {
    await signed();
    const recordId = (await listed({ kind: RecordKind.PERSONAL_DATA_READ }, 100)).at(-1) ?? '';
    const hold = { requestId: randomUUID(), resourceId: 'cus_jana', reason: 'Proceedings 13/24' };
    const { legalHold } = await compliance().placeLegalHold({
      ...hold,
      endTime: { seconds: 1_706_800_000n, nanos: 0 },
    } as never);
    const classes = FIRST_RETENTION.classes.map((one) =>
      one.className === 'reads' ? { ...one, keepMonths: 24 } : one,
    );
    const policy = { ...FIRST_RETENTION, archiveMonths: 24, classes };
    await executor().setRetentionPolicy({ requestId: randomUUID(), baseVersion: 0, policy });
    const readsOf = async () => (await files()).filter(({ file }) => file?.className === 'reads');
    const count = (await readsOf()).length;
    for (let reached = 0; ; reached += 1) {
      const killed = await keep(dyingAt(keeping(), reached)).catch((error: Error) => error.message);
      if (killed === undefined) break;
    }
    const gone = (await readsOf()).filter(({ disposal }) => disposal);
    // Those of January are held.
    expect(gone.map(({ file }) => file?.month)).to.deep.equal(['2024-02', '2024-04']);
    expect(gone.every(({ foundDigest }) => foundDigest.length === 0)).to.equal(true);
    await auditor().getAuditRecord({ recordId });
    await executor().releaseLegalHold({ requestId: randomUUID(), legalHoldId: legalHold?.legalHoldId ?? '' });
    await keep(keeping());
    expect((await readsOf()).filter(({ disposal }) => disposal)).to.have.length(count);
    await refused(auditor().getAuditRecord({ recordId }), 'AUDIT_RECORD_DISPOSED');
    await refused(auditor().getInclusionProof({ recordId }), 'AUDIT_RECORD_DISPOSED');
    const { entries } = await auditor().listLogEntries({ log: Workload.SECURITY, pageSize: 1_000 });
    expect(entries.filter(({ record }) => !record)).to.have.length(16);
    expect(await listed({ kind: RecordKind.PERSONAL_DATA_READ }, 3)).to.deep.equal([]);
  });

  it('goes on without a file that somebody has broken, and shows that it is another', async () => {
    const [listing] = (await files()).filter(({ file, disposal }) => file?.className === 'commands' && !disposal);
    const { key = '', contentDigest = Buffer.alloc(0) } = listing?.file ?? {};
    await writeFile(path.join(bank.dataDir, 'objects', ...key.split('/')), 'no zstd');
    const archive = openArchive(keeping().objects, keeping().log);
    expect(await archive.read({ key, digest: Buffer.from(contentDigest) })).to.deep.equal([]);
    const after = (await files()).find(({ file }) => file?.key === key);
    expect(Buffer.from(contentDigest).equals(after?.foundDigest ?? contentDigest)).to.equal(false);
  });
});

/** The same, for somebody who dies at their so many-eth step outside of the database. */
function dyingAt(means: Keeping, step: number): Keeping {
  let steps = 0;
  const dying =
    <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      if (steps === step) throw new Error('killed');
      steps += 1;
      return work(...args);
    };
  const { objects, database } = means;
  const mortal: ObjectStore = {
    ...objects,
    putIfAbsent: dying(objects.putIfAbsent),
    remove: dying(objects.remove),
  };
  return {
    ...means,
    objects: mortal,
    database: { ...database, query: dying(database.query) as typeof database.query },
  };
}

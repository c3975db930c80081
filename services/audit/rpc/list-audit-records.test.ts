import { create } from '@bufbuild/protobuf';
import { TimestampSchema, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { customer, partner, refused, staff } from '#chassis/testing/service.ts';
import { type AuditRecord, Outcome, RecordKind } from '#gen/bank/audit/v1/audit_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { accessRefused, JANA, OPEN_ACCOUNT, useAudit } from '../testing.ts';

const FREEZE = 'bank.account.v1.AccountService/FreezeAccount';
const PETR = customer('cus_petr');
const TELLER = staff('TELLER');

describe('ListAuditRecords', () => {
  const { bank, auditor, tell, hear, vault } = useAudit();
  let opened: AuditRecord;
  let frozen: AuditRecord;
  let refusedOnce: AuditRecord;
  let shut: AuditRecord;

  before(async () => {
    const jana = { partyId: 'cus_jana', content: { state: 'open' } };
    const approved = { ...TELLER, approverId: 'stf_boss' };
    [opened] = (await tell('account', { resourceIds: ['acc_1', 'cus_jana'], after: jana })) as [AuditRecord];
    [frozen, refusedOnce] = (await tell(
      'account',
      {
        actor: approved,
        rpc: FREEZE,
        resourceIds: ['acc_1'],
        after: jana,
        occurred: new Date('2025-02-28T23:59:59.999Z'),
      },
      { actor: PETR, rpc: FREEZE, reason: 'ACCOUNT_NOT_FOUND', occurred: new Date('2025-03-01T00:00:00Z') },
    )) as [AuditRecord, AuditRecord];
    const origin = await vault().seal('cus_petr', 'command.origin', Buffer.from('{}'));
    const event = {
      refusalId: 'rfs_1',
      actor: PETR,
      rpc: 'no such\n"RPC"',
      code: 7,
      reason: 'CALLER_NOT_ALLOWED',
      origin,
    };
    [shut] = (await hear('security', [accessRefused(event)])) as [AuditRecord];
  });

  async function found(filter: Parameters<ReturnType<typeof auditor>['listAuditRecords']>[0]): Promise<string[]> {
    return (await auditor().listAuditRecords(filter)).records.map(({ recordId }) => recordId);
  }

  it('lists all of them, newest first, with who, what, when and what came of it', async () => {
    const { records } = await auditor().listAuditRecords({});
    expect(records).to.deep.equal([shut, opened, refusedOnce, frozen]);
    expect(opened).to.include({
      log: Workload.ACCOUNT,
      position: 0n,
      kind: RecordKind.COMMAND,
      rpc: OPEN_ACCOUNT,
      outcome: Outcome.DONE,
      reason: '',
      caller: Workload.EDGE,
      code: 0,
    });
    expect(opened.resourceIds).to.deep.equal(['acc_1', 'cus_jana']);
    expect(opened.actor).to.deep.include({ partyId: 'cus_jana', sessionId: 'ses_test' });
    expect(opened.after?.partyId).to.equal('cus_jana');
    expect(opened.before).to.equal(undefined);
    expect(refusedOnce).to.include({ outcome: Outcome.REFUSED, reason: 'ACCOUNT_NOT_FOUND', position: 2n });
    expect(shut).to.include({
      log: Workload.SECURITY,
      kind: RecordKind.REFUSED_ACCESS,
      code: 7,
      rpc: 'no such\n"RPC"',
    });
    expect(shut.actor?.partyId).to.equal('cus_petr');
    expect(shut.origin?.digest).to.have.length(32);
  });

  it('finds of who was merged into a party what concerns the thing that is asked for, and nothing else of theirs', async () => {
    await bank.database.query(`insert into merged_party values ('cus_jana', 'cus_survivor')`);
    expect(await found({ partyId: 'cus_survivor' })).to.include(opened.recordId);
    expect(await found({ resourceId: 'cus_survivor' })).to.deep.equal([opened.recordId]);
    expect(await found({ partyId: 'cus_survivor', resourceId: 'acc_2' })).to.deep.equal([]);
  });

  it('finds them by party, thing, actor, RPC, reason, outcome, kind and time, all of which must hold', async () => {
    const [one, two, three, four] = [opened, frozen, refusedOnce, shut].map(({ recordId }) => recordId);
    expect(await found({ partyId: 'cus_jana' })).to.deep.equal([one, two]);
    expect(await found({ partyId: 'stf_boss' })).to.deep.equal([two]);
    expect(await found({ partyId: 'cus_petr' })).to.deep.equal([four, three]);
    expect(await found({ resourceId: 'acc_1' })).to.deep.equal([one, two]);
    expect(await found({ actorId: 'cus_jana' })).to.deep.equal([one]);
    expect(await found({ rpc: FREEZE })).to.deep.equal([three, two]);
    expect(await found({ reason: 'ACCOUNT_NOT_FOUND' })).to.deep.equal([three]);
    expect(await found({ outcome: Outcome.REFUSED })).to.deep.equal([four, three]);
    expect(await found({ outcome: Outcome.DONE, rpc: FREEZE })).to.deep.equal([two]);
    expect(await found({ kind: RecordKind.REFUSED_ACCESS })).to.deep.equal([four]);
    const march = timestampFromDate(new Date('2025-03-01T00:00:00Z'));
    expect(await found({ endTime: march })).to.deep.equal([two]);
    expect(await found({ startTime: march, rpc: FREEZE })).to.deep.equal([three]);
    const [first, last] = [-62_135_596_800n, 253_402_300_799n].map((seconds) =>
      create(TimestampSchema, { seconds, nanos: 999_999_999 }),
    );
    expect(await found({ startTime: first, endTime: last, rpc: FREEZE })).to.deep.equal([three, two]);
    expect(await found({ startTime: last })).to.deep.equal([]);
    expect(await found({ resourceId: 'acc_1', actorId: 'cus_petr' })).to.deep.equal([]);
    expect(await found({ partyId: `x' or 'a'='a` })).to.deep.equal([]);
  });

  it('goes through them page by page, across months', async () => {
    const read: string[] = [];
    for (let pageToken = ''; ; ) {
      const page = await auditor().listAuditRecords({ pageSize: 1, pageToken });
      read.push(...page.records.map(({ recordId }) => recordId));
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    expect(read).to.deep.equal(await found({}));
    const { nextPageToken: pageToken } = await auditor().listAuditRecords({ pageSize: 1 });
    await refused(auditor().listAuditRecords({ actorId: 'cus_jana', pageToken }), 'PAGE_TOKEN_INVALID');
  });

  it('keeps every month in a partition of its own', async () => {
    const months = await bank.database.query<{ month: string; rows: number }>(
      'select tableoid::regclass::text as month, count(*)::int as rows from audit_record group by 1 order by 1',
    );
    const now = `audit_record_${new Date().toISOString().slice(0, 7).replace('-', '_')}`;
    expect(months).to.deep.equal([
      { month: 'audit_record_2025_02', rows: 1 },
      { month: 'audit_record_2025_03', rows: 1 },
      { month: now, rows: 2 },
    ]);
  });

  it('is for auditors and compliance alone', async () => {
    await bank.asPrincipal(staff('COMPLIANCE')).listAuditRecords({});
    await refused(bank.asPrincipal(staff('ADMINISTRATOR')).listAuditRecords({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(JANA).listAuditRecords({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(partner('ptn_1')).listAuditRecords({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('reporting').listAuditRecords({}), 'CALLER_NOT_ALLOWED');
  });
});

import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { type AuditRecord, RecordKind, ReportKind } from '#gen/bank/audit/v1/audit_pb.ts';
import { JANA, loginRefused, OPEN_ACCOUNT, personalDataRead, refusedOtherwise, useAudit } from '../testing.ts';

const at = (iso: string) => timestampFromDate(new Date(iso));
const SPAN = { startTime: at('2025-01-01T00:00:00Z'), endTime: at('2099-01-01T00:00:00Z') };
const ROLES = 'bank.security.v1.SecurityService/ChangeStaffRoles';
const APPROVE = 'bank.security.v1.SecurityService/ApproveRequest';
const LIMIT = 'bank.account.v1.AccountService/SetOverdraftLimit';

describe('ListReportRecords', () => {
  const { bank, auditor, tell, hear, vault } = useAudit();
  const boss = { ...staff('BRANCH_MANAGER'), partyId: 'stf_boss' };
  let all: Record<'opened' | 'limit' | 'roles' | 'approved' | 'login', AuditRecord>;

  before(async () => {
    const teller = { ...staff('TELLER'), approverId: 'stf_boss' };
    const [opened, limit] = (await tell(
      'account',
      { rpc: OPEN_ACCOUNT },
      { rpc: LIMIT, actor: teller, occurred: new Date('2025-03-01T00:00:00Z') },
    )) as [AuditRecord, AuditRecord];
    const [roles, approved] = (await tell(
      'security',
      { rpc: ROLES, reason: 'STAFF_MEMBER_NOT_FOUND', occurred: new Date('2025-02-01T00:00:00Z') },
      { rpc: APPROVE, actor: boss, occurred: new Date('2025-02-02T00:00:00Z') },
    )) as [AuditRecord, AuditRecord];
    const origin = await vault().seal('cus_jana', 'command.origin', Buffer.from('{"address":"192.0.2.9"}'));
    const tried = loginRefused({ partyId: 'cus_jana', customerId: 'cus_jana', failures: 1, origin });
    const [login] = (await hear('security', [tried])) as [AuditRecord];
    all = { opened, limit, roles, approved, login };
  });

  const listed = async (report: ReportKind, partyId = '', span = SPAN) =>
    (await auditor().listReportRecords({ report, partyId, ...span })).records;

  it('lists what one party did, approved and was refused', async () => {
    expect(await listed(ReportKind.ACCESS, 'stf_boss')).to.deep.equal([all.limit, all.approved]);
    expect(await listed(ReportKind.ACCESS, JANA.partyId)).to.deep.equal([all.login, all.opened, all.roles]);
  });

  it('lists changes to limits and roles, approvals with what was approved, and refused logins', async () => {
    expect(await listed(ReportKind.LIMITS_AND_ROLES)).to.deep.equal([all.limit, all.roles]);
    expect(await listed(ReportKind.LIMITS_AND_ROLES, 'stf_boss')).to.deep.equal([all.limit]);
    expect(await listed(ReportKind.APPROVALS)).to.deep.equal([all.limit, all.approved]);
    expect(await listed(ReportKind.REFUSED_LOGINS)).to.deep.equal([all.login]);
  });

  it('has a record of a refused login: whose it was, and whence somebody tried', async () => {
    expect(all.login).to.include({
      kind: RecordKind.REFUSED_LOGIN,
      rpc: 'bank.security.v1.SecurityService/LogIn',
      reason: 'LOGIN_REFUSED',
      code: 16,
    });
    const { opened } = await auditor().getAuditRecord({ recordId: all.login.recordId });
    expect(opened?.address).to.equal('192.0.2.9');
    const { records } = await auditor().listAuditRecords({ kind: RecordKind.REFUSED_LOGIN });
    expect(records).to.deep.equal([all.login]);
  });

  it('has among refused logins what was held, and new passwords and proofs that were refused', async () => {
    await hear('security', refusedOtherwise('cus_tried'));
    const records = await listed(ReportKind.REFUSED_LOGINS, 'cus_tried');
    expect(records.map(({ rpc, reason }) => [rpc.split('/')[1], reason])).to.have.deep.members([
      ['LogIn', 'LOGIN_HELD'],
      ['ResetPassword', 'RESET_CODE_INVALID'],
      ['CompleteStepUp', 'PROOF_REFUSED'],
    ]);
  });

  it('tells who read the data of somebody, for how many reads each record stands, and lets monitoring look at staff', async () => {
    const rpc = 'bank.customer.v1.CustomerService/GetCustomer';
    const read = {
      rpc,
      resourceIds: ['cus_petr'],
      oneIn: 1,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01',
    };
    const [byStaff, byPetr] = (await hear('security', [
      personalDataRead({ ...read, actor: staff('TELLER') }),
      personalDataRead({ ...read, actor: { ...JANA, partyId: 'cus_petr' }, oneIn: 100 }),
    ])) as [AuditRecord, AuditRecord];
    expect(byStaff).to.deep.include({ kind: RecordKind.PERSONAL_DATA_READ, rpc, oneIn: 1, resourceIds: ['cus_petr'] });
    expect(byStaff.traceparent).to.equal(read.traceparent);
    expect(byPetr.oneIn).to.equal(100);
    const of = async (resourceId: string, partyId = '') =>
      (await auditor().listReportRecords({ report: ReportKind.READS, resourceId, partyId, ...SPAN })).records;
    expect(await of('cus_petr')).to.have.deep.members([byStaff, byPetr]);
    expect(await of('cus_petr', 'stf_teller')).to.deep.equal([byStaff]);
    expect(await of('cus_jana')).to.deep.equal([]);
    const seen = await bank.database.query(`select subject_id from activity where record_id = $1`, [byStaff.recordId]);
    expect(seen).to.deep.equal([{ subject_id: 'stf_teller' }]);
  });

  it('is of a span of time, page by page', async () => {
    const february = { startTime: at('2025-02-01T00:00:00Z'), endTime: at('2025-03-01T00:00:00Z') };
    expect(await listed(ReportKind.LIMITS_AND_ROLES, '', february)).to.deep.equal([all.roles]);
    const asked = { report: ReportKind.LIMITS_AND_ROLES, ...SPAN, pageSize: 1 };
    const { records, nextPageToken: pageToken } = await auditor().listReportRecords(asked);
    const { records: more } = await auditor().listReportRecords({ ...asked, pageToken });
    expect([...records, ...more]).to.deep.equal([all.limit, all.roles]);
    await refused(
      auditor().listReportRecords({ ...asked, report: ReportKind.APPROVALS, pageToken }),
      'PAGE_TOKEN_INVALID',
    );
  });

  it('is of times that there are, for auditors and compliance', async () => {
    const never = { seconds: 253_402_300_800n, nanos: 0 };
    await refused(listed(ReportKind.APPROVALS, '', { ...SPAN, endTime: never as never }), 'REQUEST_INVALID');
    await refused(listed(ReportKind.ACCESS), 'REQUEST_INVALID');
    await refused(listed(ReportKind.UNSPECIFIED), 'REQUEST_INVALID');
    const teller = bank.asPrincipal(staff('TELLER'));
    await refused(teller.listReportRecords({ report: ReportKind.APPROVALS, ...SPAN }), 'CALLER_NOT_ALLOWED');
  });
});

// Two of the bank's customers are one and the same: what customer, account, transaction, security, notification and audit make of it together,
// also where one of them fails in the middle.
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { customer, refused, staff } from '#chassis/testing/clients.ts';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { type Account, AccountType } from '#gen/bank/account/v1/account_pb.ts';
import { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import { PersonalDataExportFormat, PersonalDataExportState } from '#gen/bank/security/v1/personal_data_export_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { giveMandate, rule, signer } from '../../account/testing-mandates.ts';
import type { PersonalData } from '../../security/domain/personal-data.ts';
import { as, aTransfer, balanceOf, deposit, of, there } from '../../transaction/testing.ts';
import { type Bank, startBank } from '../bank.ts';
import { checkLaws } from '../laws.ts';
import { accountsAs, accountsOf, aRequestId, openAccount, registerPerson } from '../opening.ts';

const PATIENCE_MS = 240_000;
const LOGIN = { username: aRequestId('user'), password: 'correct horse battery' };

describe('Customers who are one and the same', function merging() {
  this.timeout(600_000);
  let bus: TestBus;
  let bank: Bank;
  let [survivor, merged, petr] = ['', '', ''];
  let hers: Account;
  let others: Account;
  let his: Account;
  let joint: Account;

  const office = () => bank.asPrincipal(CustomerService, staff('BACK_OFFICE'));
  const executor = <S extends typeof CustomerService | typeof SecurityService>(
    service: S,
    role: 'BACK_OFFICE' | 'COMPLIANCE',
  ) => bank.asPrincipal(service, { ...staff(role), approverId: 'stf_other' }, { workload: 'security-executor' });
  const logIn = () => bank.asPrincipal(SecurityService, undefined).logIn({ requestId: aRequestId('login'), ...LOGIN });
  const inbox = (customerId: string) => bank.asPrincipal(NotificationService, customer(customerId)).listInbox({});
  const heldBy = async (customerId: string) =>
    (await accountsAs(bank, 'BACK_OFFICE').listAccounts({ customerId })).accounts.map(({ accountId }) => accountId);

  async function until(what: string, isSo: () => Promise<boolean>) {
    for (const end = Date.now() + PATIENCE_MS; !(await isSo()); await pause(50)) {
      expect(Date.now(), `${what} in time`).to.be.lessThan(end);
    }
  }

  before('somebody was registered twice, and used both', async function startsTheBank() {
    // The launcher of the tests found no server for events, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
    bank = await startBank({ edge: false, environment: { NATS_URL: bus.url } });
    [survivor, merged, petr] = [await registerPerson(bank), await registerPerson(bank), await registerPerson(bank)];
    hers = await openAccount(bank, { owners: [survivor] });
    others = await openAccount(bank, { owners: [merged] });
    his = await openAccount(bank, { owners: [petr] });
    joint = await openAccount(bank, { owners: [survivor, merged], type: AccountType.JOINT });
    for (const account of [hers, others, his, joint]) await deposit(bank, account, '100');
    // Petr and she sign for what she holds twice.
    await giveMandate(bank, joint.accountId, [signer(petr), signer(merged)], [rule('PAY', [[2, petr, merged]])]);
    const granted = { customerId: petr, relatedCustomerId: merged, kind: RelationKind.POWER_OF_ATTORNEY };
    await executor(CustomerService, 'BACK_OFFICE').grantRepresentation({ requestId: aRequestId('grant'), ...granted });
    const { enrolmentCode } = await bank
      .asPrincipal(SecurityService, staff('TELLER'))
      .issueEnrolmentCode({ requestId: aRequestId('code'), customerId: merged });
    await bank
      .asPrincipal(SecurityService, undefined)
      .registerCredentials({ requestId: aRequestId('register'), ...LOGIN, enrolmentCode });
    await logIn();
    await until('who acts for whom has come', async () => (await seenBy(merged)).includes(his.accountId));
    await until('the notices have come', async () => (await inbox(merged)).lastNumber >= 2);
  });
  after(async () => {
    await bank?.stop();
    await bus?.stop();
  });
  afterEach('the laws of the ledger hold', () => checkLaws(bank.database('ledger').superuserUrl));

  const seenBy = async (customerId: string) =>
    (await accountsOf(bank, customerId).listAccounts({})).accounts.map(({ accountId }) => accountId);

  it('are one everywhere, once each service could do its part whole', async () => {
    const notices = (await inbox(survivor)).lastNumber + (await inbox(merged)).lastNumber;
    // Account dies twice in the middle of its part: the holders of one account are changed, nothing else is.
    await bank.database('account').query(`
      create sequence deaths;
      create function die() returns trigger language plpgsql security definer as $$
      begin
        if nextval('public.deaths') <= 2 then perform pg_terminate_backend(pg_backend_pid()); end if;
        return new;
      end $$;
      create trigger dies after insert on holder_change for each row execute function die();
    `);
    const request = { customerId: survivor, mergedCustomerId: merged, remark: 'Registered twice' };
    await executor(CustomerService, 'BACK_OFFICE').mergeCustomers({ requestId: aRequestId('merge'), ...request });
    await until('account has done its part', async () => (await heldBy(merged)).length === 0);
    const [deaths] = await bank.database('account').query<{ last: string }>('select last_value as last from deaths');
    expect(Number(deaths?.last)).to.be.at.least(3);
    expect(await heldBy(survivor)).to.have.members([hers.accountId, others.accountId, joint.accountId]);
    expect(await seenBy(survivor)).to.include(his.accountId);
    const { account } = await accountsAs(bank, 'BACK_OFFICE').getAccount({ accountId: joint.accountId });
    expect([account?.type, account?.holders.map(({ customerId }) => customerId)]).to.deep.equal([
      AccountType.INDIVIDUAL,
      [survivor],
    ]);
    const { mandate } = await accountsAs(bank, 'BACK_OFFICE').getMandate({ accountId: joint.accountId });
    expect(mandate?.signatories.map(({ customerId }) => customerId)).to.deep.equal([petr, survivor]);
    expect(mandate?.rules[0]?.requirements[0]?.customerIds).to.deep.equal([petr, survivor]);
    await until('notification has done its part', async () => (await inbox(survivor)).lastNumber >= notices);
    const told = (await inbox(survivor)).notices.map(({ noticeNumber }) => noticeNumber);
    expect(new Set(told).size).to.equal(told.length);
    await until(
      'transaction has heard',
      async () => (await bank.database('transaction').query('select from merged_party')).length > 0,
    );
  });

  it('pay as the one who is left, from all that was either’s', async () => {
    const own = (account: Account) =>
      of(bank, survivor).transferFunds({ ...aTransfer(account, hers, '10'), validateOnly: true });
    for (const account of [others, his]) await own(account);
    await refused(of(bank, merged).transferFunds(aTransfer(others, hers, '10')), 'ACCOUNT_NOT_FOUND');
    expect(await balanceOf(bank, others)).to.equal('100.00');
    expect(
      there((await as(bank, 'TELLER').transferFunds(aTransfer(others, hers, '10'))).transaction).transactionId,
    ).to.match(/^txn_/);
  });

  it('log in as the one who is left', async () => {
    const sessions = await bank
      .database('security')
      .query(`select from session where party_id = '${merged}' and state = 'active'`);
    expect(sessions).to.have.length(0);
    await refused(logIn(), 'CUSTOMER_MERGED');
    const issue = { requestId: aRequestId('code'), customerId: merged };
    await refused(bank.asPrincipal(SecurityService, staff('TELLER')).issueEnrolmentCode(issue), 'CUSTOMER_MERGED');
  });

  it('are found by audit in either name, and change no more when it is told again', async () => {
    const auditor = bank.asPrincipal(AuditService, staff('AUDITOR'));
    await until('audit finds both', async () => {
      const { records } = await auditor.listAuditRecords({
        partyId: survivor,
        rpc: 'bank.customer.v1.CustomerService/RegisterCustomer',
      });
      return records.length === 2;
    });
    // Notices may still come, of what was paid.
    const before = await seenBy(survivor);
    await bank.database('customer').query(`update customer_merge set merge_time = now() - interval '61 minutes'`);
    await until(
      'it is told again',
      async () => (await bank.database('customer').query('select from customer_merge where told_again')).length > 0,
    );
    expect(await seenBy(survivor)).to.deep.equal(before);
  });

  it('are exported together: what is left in the name of the one is in the copy of the other', async () => {
    const wanted = { requestId: aRequestId('export'), customerId: survivor };
    const { personalDataExport } = await executor(SecurityService, 'BACK_OFFICE').requestPersonalDataExport(wanted);
    const exportId = personalDataExport?.exportId ?? '';
    const officer = bank.asPrincipal(SecurityService, staff('COMPLIANCE'));
    await until('the copy is there', async () => {
      const found = await officer.getPersonalDataExport({ exportId });
      return found.personalDataExport?.state === PersonalDataExportState.READY;
    });
    const read = { exportId, format: PersonalDataExportFormat.JSON };
    const content: Uint8Array[] = [];
    for (let pageToken = ''; content.length === 0 || pageToken !== ''; ) {
      const piece = await officer.readPersonalDataExport({ ...read, pageToken });
      content.push(piece.content);
      pageToken = piece.nextPageToken;
    }
    const { parts } = JSON.parse(Buffer.concat(content).toString()) as PersonalData;
    const whole = JSON.stringify(parts.filter(({ rpc }) => rpc === 'bank.customer.v1.CustomerService/GetCustomer'));
    expect([survivor, merged].filter((id) => !whole.includes(`"customerId":"${id}"`))).to.deep.equal([]);
    const listed = parts.filter(({ rpc }) => rpc === 'bank.account.v1.AccountService/ListAccounts');
    expect([hers, others, joint].filter(({ accountId }) => !JSON.stringify(listed).includes(accountId))).to.have.length(
      0,
    );
  });

  it('are erased together', async () => {
    const destroy = (partyId: string) =>
      executor(SecurityService, 'COMPLIANCE').destroyDataKey({ requestId: aRequestId('erase'), partyId });
    await refused(destroy(merged), 'CUSTOMER_MERGED');
    await destroy(survivor);
    const keys = await bank
      .database('security')
      .query(`select party_id from data_key where wrapped is null and party_id in ('${survivor}', '${merged}')`);
    expect(keys).to.have.length(2);
    expect((await office().getCustomer({ customerId: merged })).customer?.mergedIntoCustomerId).to.equal(survivor);
  });
});

import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { customer as channel, staff } from '#chassis/testing/clients.ts';
import { refused } from '#chassis/testing/service.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { DocumentFormat } from '#gen/bank/account/v1/statement_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import {
  RequestedProductState,
  RequestedProductType,
  type ServiceRequest,
  ServiceRequestKind,
  ServiceRequestState,
} from '#gen/bank/customer/v1/service_request_pb.ts';
import { accountsAs, accountsOf, aRequestId, openAccount, payIn, registerPerson } from '../_testbed/opening.ts';
import { daysOf } from './testing-days.ts';
import { useHearingBank } from './testing-estates.ts';
import { checkTies, download, readStatement } from './testing-statements.ts';

describe('What customers want on their accounts', function suite() {
  this.timeout(120_000);
  const bank = useHearingBank();
  let owner = '';
  let account: Account;
  let today = '';

  before(async () => {
    owner = await registerPerson(bank());
    account = await openAccount(bank(), { owners: [owner] });
    today = (await daysOf(bank()).today()).toString();
    for (const amount of ['100.00', '-30.00']) await payIn(bank(), account, amount);
  });

  const customers = () => bank().asPrincipal(CustomerService, channel(owner));
  async function want(product: object, accountId = account.accountId): Promise<string> {
    const texts = { subject: 'I want', text: 'Please.' };
    const asked = { requestId: aRequestId(), customerId: owner, kind: ServiceRequestKind.PRODUCT, ...texts };
    const { serviceRequest } = await customers().openServiceRequest({
      ...asked,
      product: { accountId, ...product } as never,
    });
    return serviceRequest?.serviceRequestId ?? '';
  }
  /** Waits until the account service has made it or has refused to; the time limit of the test ends it. */
  async function settled(serviceRequestId: string): Promise<ServiceRequest> {
    for (;;) {
      const { serviceRequests } = await customers().listServiceRequests({});
      const found = serviceRequests.find((one) => one.serviceRequestId === serviceRequestId);
      if (found && found.productState !== RequestedProductState.APPROVED) return found;
      await pause(50);
    }
  }
  const approve = (serviceRequestId: string) =>
    bank()
      .asPrincipal(
        CustomerService,
        { ...staff('BACK_OFFICE'), approverId: 'stf_other' },
        { workload: 'security-executor' },
      )
      .approveRequestedProduct({ requestId: aRequestId(), serviceRequestId });
  const copyOf = () => ({ type: RequestedProductType.STATEMENT_COPY, fromDate: today, toDate: today });

  it('has a copy of a statement made at once, kept as it is, and resolves the request', async () => {
    const request = await settled(await want(copyOf()));
    expect(request).to.include({
      state: ServiceRequestState.RESOLVED,
      productState: RequestedProductState.FULFILLED,
      statementCopyNumber: 1,
    });
    const which = { accountId: account.accountId, copyNumber: 1 };
    const client = accountsOf(bank(), owner);
    const json = await download(client, which, DocumentFormat.JSON);
    const statement = readStatement(json);
    expect(statement).to.deep.include({ fromDate: today, toDate: today, lineCount: 2, statementNumber: 0 });
    checkTies(statement);
    await payIn(bank(), account, '1.00');
    expect(await download(client, which, DocumentFormat.JSON)).to.deep.equal(json);
    expect((await settled(await want(copyOf()))).statementCopyNumber).to.equal(2);
    const none = { ...which, copyNumber: 9, format: DocumentFormat.JSON };
    await refused(client.downloadStatement(none), 'STATEMENT_NOT_FOUND');
    await refused(client.downloadStatement({ ...none, copyNumber: 1, statementNumber: 1 }), 'STATEMENT_NOT_FOUND');
    await refused(client.downloadStatement({ ...none, copyNumber: 1, fromDate: today }), 'DATE_INVALID');
  });

  it('makes no copy of an account that is not theirs, nor of days that have not begun', async () => {
    const other = await openAccount(bank(), {});
    const foreign = await settled(await want(copyOf(), other.accountId));
    expect(foreign).to.include({ state: ServiceRequestState.OPEN, productRefusalReason: 'ACCOUNT_NOT_FOUND' });
    const future = await settled(await want({ ...copyOf(), toDate: '2099-01-01' }));
    expect(future.productRefusalReason).to.equal('DATE_INVALID');
  });

  it('sets another overdraft limit once it is approved, as far as the product allows', async () => {
    const limit = (amount: string) => ({
      type: RequestedProductType.OVERDRAFT_LIMIT,
      overdraftLimit: { currencyCode: account.currencyCode, amount },
    });
    const modest = await want(limit('500.00'));
    await approve(modest);
    expect((await settled(modest)).state).to.equal(ServiceRequestState.RESOLVED);
    const read = await accountsAs(bank(), 'BACK_OFFICE').getAccount({ accountId: account.accountId });
    expect(read.account?.overdraftLimit?.amount).to.equal('500.00');
    const greedy = await want(limit('99999999.00'));
    await approve(greedy);
    expect(await settled(greedy)).to.include({
      state: ServiceRequestState.OPEN,
      productRefusalReason: 'OVERDRAFT_NOT_ALLOWED',
    });
  });

  it('issues a cheque book and a card once they are approved, and resolves the requests', async () => {
    for (const type of [RequestedProductType.CHEQUE_BOOK, RequestedProductType.DEBIT_CARD]) {
      const wish = await want({ type });
      await approve(wish);
      expect(await settled(wish)).to.include({
        state: ServiceRequestState.RESOLVED,
        productState: RequestedProductState.FULFILLED,
      });
    }
    const { accountId } = account;
    const client = accountsOf(bank(), owner);
    const { cheques } = await client.listCheques({ accountId });
    expect([cheques.length, cheques.at(0)?.number]).to.deep.equal([25, 1]);
    const { cards } = await client.listCards({ accountId });
    expect(cards.map((card) => card.customerId)).to.deep.equal([owner]);
  });

  it('makes ten copies of statements for somebody within a day, and no more', async () => {
    const many = bank().database('account');
    await many.query(
      `insert into requested_product (service_request_id, approval_number, customer_id, product, state)
       select 'srq_many' || n, 1, $1, '{}', 'told' from generate_series(1, 10) n`,
      [owner],
    );
    await many.query(
      `insert into statement_copy (account_id, number, service_request_id, from_date, to_date, digest, object_key)
       select $1, 100 + n, 'srq_many' || n, $2, $2, sha256('x'), '' from generate_series(1, 10) n`,
      [account.accountId, today],
    );
    const one = await settled(await want(copyOf()));
    expect(one).to.include({ state: ServiceRequestState.OPEN, productRefusalReason: 'STATEMENT_COPIES_EXCEEDED' });
    await many.query(`update statement_copy set create_time = now() - interval '25 hours'`);
    expect((await settled(await want(copyOf()))).state).to.equal(ServiceRequestState.RESOLVED);
  });
});

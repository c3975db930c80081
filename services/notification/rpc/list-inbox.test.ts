import { expect } from 'chai';
import { customer, partner, refused, staff } from '#chassis/testing/service.ts';
import { Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { ApprovalStateChangedSchema, ApprovalSubmittedSchema } from '#gen/bank/security/v1/approval_events_pb.ts';
import { ApprovalState } from '#gen/bank/security/v1/approval_pb.ts';
import {
  CredentialsRegisteredSchema,
  LoginHeldForReviewSchema,
  LoginRefusedSchema,
  SessionRevokedSchema,
  SessionStartedSchema,
} from '#gen/bank/security/v1/security_events_pb.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import {
  PaymentOrderFailedSchema,
  ScheduledPaymentFailedSchema,
  TransactionHeldForReviewSchema,
  TransactionRefusedSchema,
} from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { happened, paid, unique, useNotification } from '../testing.ts';

describe('ListInbox', () => {
  const { bank, booked, told, asked, of } = useNotification();
  const subjects = async (customerId: string) =>
    (await of(customerId).listInbox({})).notices.map(({ subject }) => subject.replaceAll('\u00a0', ' '));

  it('tells every holder what went out and what came in, newest first, each once', async () => {
    const [jana, jan, petr] = [unique('cus'), unique('cus'), unique('cus')];
    const holders = { acc_jana: [jana, jan], acc_petr: [petr] };
    const first = paid('1234.50', { from: 'acc_jana', to: 'acc_petr' });
    await booked([first, paid('7.00', { from: 'acc_petr', to: 'acc_jana' })], holders);
    await booked([first], holders);
    for (const holder of [jana, jan]) {
      expect(await subjects(holder)).to.deep.equal(['CZK 7.00 came in', 'CZK 1,234.50 went out']);
    }
    expect(await subjects(petr)).to.deep.equal(['CZK 7.00 went out', 'CZK 1,234.50 came in']);
    const { notices, unreadCount, lastNumber } = await of(jana).listInbox({});
    expect([unreadCount, lastNumber]).to.deep.equal([2, 2]);
    expect(notices[1]).to.deep.include({
      noticeNumber: 1,
      template: 'money-out',
      topic: Topic.MONEY_OUT,
      accountId: 'acc_jana',
      body: 'CZK\u00a01,234.50 went out of your account on November 27, 2026.',
    });
    expect(notices[1]?.amount).to.deep.include({ currencyCode: 'CZK', amount: '1234.50' });
    expect(notices[1]?.transactionId).to.match(/^txn_/);
  });

  it('tells nobody of imported history, and of what nobody holds', async () => {
    const jana = unique('cus');
    const imported = paid('5.00', { to: 'acc_old' }, { type: TransactionType.MIGRATION });
    await booked([imported, paid('5.00', { to: 'acc_cash' })], { acc_old: [jana] });
    expect(await subjects(jana)).to.deep.equal([]);
  });

  it('tells who gave an order that it was refused or is held, and staff not', async () => {
    const jana = unique('cus');
    const order = { transactionId: unique('txn'), amount: { currencyCode: 'EUR', amount: '9.00' }, reason: 'X' };
    await booked(
      [
        happened(TransactionHeldForReviewSchema, order, { actor: customer(jana) }),
        happened(TransactionRefusedSchema, order, { actor: customer(jana) }),
        happened(TransactionRefusedSchema, order, { actor: staff('TELLER') }),
      ],
      {},
    );
    expect(await subjects(jana)).to.deep.equal(['A payment was refused', 'A payment is being checked']);
  });

  it('tells all who hold the account that a scheduled payment is given up, or one of a later day failed, with its amount where that is known', async () => {
    const [jana, jan] = [unique('cus'), unique('cus')];
    const failed = {
      scheduledPaymentId: unique('scp'),
      debtorAccountId: 'acc_both',
      dueDate: '2026-11-27',
      reason: 'X',
    };
    await booked(
      [
        happened(ScheduledPaymentFailedSchema, { ...failed, amount: { currencyCode: 'EUR', amount: '9.00' } }),
        happened(ScheduledPaymentFailedSchema, failed),
        happened(PaymentOrderFailedSchema, {
          paymentOrderId: unique('pmo'),
          debtorAccountId: 'acc_both',
          executionDate: '2026-11-27',
          amount: { currencyCode: 'EUR', amount: '7.00' },
          reason: 'X',
        }),
      ],
      { acc_both: [jana, jan] },
    );
    for (const holder of [jana, jan]) {
      const { notices } = await of(holder).listInbox({});
      expect(notices.map(({ body }) => body.replaceAll('\u00a0', ' ').split(' could')[0])).to.deep.equal([
        'Your payment to another bank of EUR 7.00',
        'Your scheduled payment',
        'Your scheduled payment of EUR 9.00',
      ]);
    }
  });

  it('tells of security what its customer has not done themselves, or had better know', async () => {
    const jana = unique('cus');
    const revoked = (reason: RevocationReason) =>
      happened(SessionRevokedSchema, { sessionId: 'ses_1', partyId: jana, reason });
    const failed = (failures: number) => happened(LoginRefusedSchema, { partyId: jana, customerId: jana, failures });
    await told(
      happened(CredentialsRegisteredSchema, { customerId: jana, partyId: jana }),
      happened(CredentialsRegisteredSchema, { partyId: 'stf_eva' }),
      happened(SessionStartedSchema, { sessionId: 'ses_1', partyId: jana, newDevice: false }),
      happened(SessionStartedSchema, { sessionId: 'ses_2', partyId: jana, newDevice: true }),
      happened(SessionStartedSchema, { sessionId: 'ses_3', partyId: 'stf_eva', newDevice: true }),
      happened(LoginHeldForReviewSchema, { partyId: jana, customerId: jana }),
      revoked(RevocationReason.LOGGED_OUT),
      revoked(RevocationReason.REFRESH_TOKEN_REUSED),
      failed(4),
      failed(5),
      failed(6),
    );
    expect(await subjects(jana)).to.deep.equal([
      'Somebody tries to log in',
      'A login of yours was ended',
      'A login with your password was stopped, for it did not look like yours',
      'Somebody logged in with a device that is new to us',
      'A username and a password were set',
    ]);
    const [row] = await bank.database.query<{ n: string }>(
      `select count(*) as n from notice where party_id = 'stf_eva'`,
    );
    expect(row?.n).to.equal('0');
  });

  it('tells staff what waits for them to decide, and what became of what they asked for', async () => {
    const [maker, checker] = [unique('stf'), unique('stf')];
    const rpc = 'bank.transaction.v1.TransactionService/ReverseTransaction';
    const moved = (approvalId: string, state: ApprovalState) =>
      happened(ApprovalStateChangedSchema, { approvalId, rpc, makerId: maker, state });
    await asked(
      [
        happened(ApprovalSubmittedSchema, { approvalId: 'apr_1', rpc, makerId: maker }),
        happened(ApprovalSubmittedSchema, { approvalId: 'apr_decided', rpc, makerId: maker }),
        moved('apr_1', ApprovalState.APPROVED),
        moved('apr_1', ApprovalState.EXECUTED),
        moved('apr_2', ApprovalState.WITHDRAWN),
        moved('apr_2', ApprovalState.REJECTED),
      ],
      { apr_1: [checker, 'ptn_strange'] },
    );
    const seen = async (partyId: string) => {
      const { notices } = await bank.asPrincipal({ ...staff('TELLER'), partyId }).listInbox({});
      return notices.map(({ topic, subject, approvalId }) => [topic, subject, approvalId]);
    };
    expect(await seen(checker)).to.deep.equal([[Topic.APPROVALS, 'ReverseTransaction waits for you', 'apr_1']]);
    expect(await seen(maker)).to.deep.equal([
      [Topic.APPROVALS, 'ReverseTransaction: rejected', 'apr_2'],
      [Topic.APPROVALS, 'ReverseTransaction: executed', 'apr_1'],
    ]);
  });

  it('turns pages, of all or of what is not read', async () => {
    const jana = unique('cus');
    await booked(
      Array.from({ length: 5 }, (_, index) => paid(`${index + 1}.00`, { to: 'acc_jana' })),
      { acc_jana: [jana] },
    );
    await of(jana).markRead({ requestId: unique('read'), noticeNumbers: [4, 2] });
    const all = await numbers(false);
    expect(all).to.deep.equal([[5, 4], [3, 2], [1]]);
    expect(await numbers(true)).to.deep.equal([[5, 3], [1]]);
    const { nextPageToken } = await of(jana).listInbox({ pageSize: 2 });
    await refused(
      of(jana).listInbox({ pageSize: 2, pageToken: nextPageToken, unreadOnly: true }),
      'PAGE_TOKEN_INVALID',
    );
    async function numbers(unreadOnly: boolean): Promise<number[][]> {
      const pages: number[][] = [];
      let pageToken = '';
      do {
        const page = await of(jana).listInbox({ pageSize: 2, pageToken, unreadOnly });
        pages.push(page.notices.map(({ noticeNumber }) => noticeNumber));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      return pages;
    }
  });

  it('is for customers and staff alone, and shows them nothing of others', async () => {
    const [jana, petr] = [unique('cus'), unique('cus')];
    await booked([paid('1.00', { to: 'acc_jana' })], { acc_jana: [jana] });
    expect((await of(petr).listInbox({})).notices).to.deep.equal([]);
    expect((await bank.asPrincipal(staff('AUDITOR')).listInbox({})).notices).to.deep.equal([]);
    await refused(bank.asPrincipal(partner('ptn_1')).listInbox({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('account').listInbox({}), 'CALLER_NOT_ALLOWED');
  });
});

// What a customer has, for tests that name it in every request.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { whileRefused } from '../patience.ts';
import { untilSigned } from '../signing.ts';
import {
  BACK_OFFICE,
  COMPLIANCE,
  counter,
  disponent,
  MANAGER,
  money,
  owner,
  TELLER,
  textAt,
  withApproval,
} from './counter.ts';
import type { Door } from './doors.ts';

/** What a customer has, of every kind that a request can name. */
export interface Belongings {
  readonly customerId: string;
  /** Who owns the customer's accounts with them, and who may use them. */
  readonly jointHolderId: string;
  readonly disponentId: string;
  /** An account with money on it. */
  readonly accountId: string;
  readonly emptyAccountId: string;
  /** Frozen by its owner. */
  readonly frozenAccountId: string;
  /** Takes history. */
  readonly migratingAccountId: string;
  /** A transfer that is booked. */
  readonly transactionId: string;
  /** Money of the account that is kept for the frozen one. */
  readonly holdId: string;
  /** A transfer of a day that none of these tests comes to. */
  readonly scheduledPaymentId: string;
  /** The end of an account, that others had to sign and the customer has taken back. */
  readonly signatureRequestId: string;
  /** A card of the account, not activated. */
  readonly cardId: string;
  /** Leads nowhere. */
  readonly webhookId: string;
  /** A complaint that nobody has taken on. */
  readonly serviceRequestId: string;
  /** A copy of what is held about them. */
  readonly exportId: string;
  /** Is none, and was refused as a whole. */
  readonly paymentFileId: string;
  /** A till at the branch, in a currency that nothing here is paid in. */
  readonly tillId: string;
  /** The branch that they and all that they have are with. */
  readonly branchId: string;
  /** Of another customer of the branch. */
  readonly creditorAccountId: string;
  readonly openDate: string;
  readonly closingDate: string;
}

/** When holds expire. */
export const LATER = '2099-01-01T00:00:00Z';
/** When payments are scheduled for. */
export const FAR_DATE = '2099-01-01';

/** Makes a customer with belongings, at a branch of their own. Each call of it is another customer. */
export async function makeBelongings(door: Door): Promise<Belongings> {
  const branchId = `brn_${randomUUID().replaceAll('-', '')}`;
  const at = counter(door, branchId);
  const customerId = await at.person('Jana', 'Novotna');
  const jointHolderId = await at.person('Jan', 'Novotny');
  const disponentId = await at.person('Eva', 'Novotna');
  const holders = [owner(customerId), owner(jointHolderId), disponent(disponentId)];
  const [{ accountId }, { accountId: emptyAccountId }, { accountId: frozenAccountId }] = [
    await at.open('JOINT', 'prd_current_czk', holders),
    await at.open('JOINT', 'prd_current_czk', holders),
    await at.open('JOINT', 'prd_current_czk', holders),
  ];
  const { accountId: creditorAccountId } = await at.personWithAccount('Petr');
  const { accountId: signedAccountId } = await at.open('JOINT', 'prd_current_czk', holders);
  const signatureRequestId = await takenBack(door, signedAccountId, [customerId, jointHolderId]);
  const subject = `customer:${customerId}`;
  await at.deposit(accountId, money('1000.00'));
  const transfer = await at.transfer(subject, accountId, creditorAccountId, money('100.00'));
  const freeze = { debits: true, reason: 'FREEZE_REASON_CUSTOMER_REQUEST' };
  const requestId = randomUUID();
  await door.call(subject, 'account.FreezeAccount', { requestId, accountId: frozenAccountId, ...freeze });
  const keeping = {
    debtorAccountId: accountId,
    creditorAccountId: frozenAccountId,
    amount: money('5.00'),
    expireTime: LATER,
  };
  const kept = await door.call(subject, 'transaction.PlaceHold', { requestId: randomUUID(), ...keeping });
  const scheduledPaymentId = await planFor(door, subject, accountId, creditorAccountId);
  const leading = { url: 'https://127.0.0.1:9/', eventTypes: ['bank.transaction.v1.TransactionPosted'] };
  const hook = await door.call(subject, 'notification.CreateWebhook', { requestId: randomUUID(), ...leading });
  const complaint = {
    customerId,
    kind: 'SERVICE_REQUEST_KIND_COMPLAINT',
    category: 'SERVICE_REQUEST_CATEGORY_PAYMENT',
    subject: 'A payment',
    text: 'It came late.',
  };
  const complained = await door.call(subject, 'customer.OpenServiceRequest', { requestId: randomUUID(), ...complaint });
  const migrating = {
    requestId,
    type: 'ACCOUNT_TYPE_INDIVIDUAL',
    productId: 'prd_current_czk',
    holders: [owner(customerId)],
    branchId,
    migrating: true,
  };
  const opened = await door.call(BACK_OFFICE, 'account.OpenAccount', migrating);
  const date = await door.call(BACK_OFFICE, 'ledger.GetBusinessDate', {});
  await untilSigned(() => door.call(subject, 'account.GetStatementProof', { accountId, lineNumber: 1 }));
  return {
    customerId,
    branchId,
    jointHolderId,
    disponentId,
    accountId,
    emptyAccountId,
    frozenAccountId,
    migratingAccountId: textAt(opened, 'account', 'accountId'),
    transactionId: textAt(transfer, 'transactionId'),
    holdId: textAt(kept, 'hold', 'holdId'),
    scheduledPaymentId,
    signatureRequestId,
    cardId: await aCard(door, { accountId, customerId }),
    webhookId: textAt(hook, 'webhook', 'webhookId'),
    serviceRequestId: textAt(complained, 'serviceRequest', 'serviceRequestId'),
    exportId: await collected(door, customerId),
    paymentFileId: await handIn(door, subject),
    tillId: await aTill(door, branchId),
    creditorAccountId,
    openDate: textAt(date, 'openDate'),
    closingDate: textAt(date, 'closingDates', '0'),
  };
}

async function aCard(door: Door, of: { readonly accountId: string; readonly customerId: string }): Promise<string> {
  return textAt(
    await door.call(BACK_OFFICE, 'account.IssueCard', { requestId: randomUUID(), ...of }),
    'card',
    'cardId',
  );
}

async function aTill(door: Door, branchId: string): Promise<string> {
  const drawer = { branchId, drawerNumber: 1, float: { currencyCode: 'USD', amount: '0.00' } };
  const till = await door.call(`${TELLER}@${branchId}`, 'transaction.OpenTill', { requestId: randomUUID(), ...drawer });
  return textAt(till, 'till', 'tillId');
}

/** Has what is held about somebody collected, for staff. */
export async function collected(door: Door, customerId: string): Promise<string> {
  const two = { maker: BACK_OFFICE, checker: COMPLIANCE };
  const asked = await withApproval(door, two, 'security.RequestPersonalDataExport', { customerId });
  const exportId = textAt(asked, 'personalDataExport', 'exportId');
  for (;;) {
    const shown = await door.call(COMPLIANCE, 'security.GetPersonalDataExport', { exportId });
    if (textAt(shown, 'personalDataExport', 'state') !== 'PERSONAL_DATA_EXPORT_STATE_COLLECTING') return exportId;
    await sleep(100);
  }
}

/** Schedules a payment, and answers its id. */
async function planFor(door: Door, subject: string, debtorAccountId: string, creditorAccountId: string) {
  const terms = { debtorAccountId, creditorAccountId, fixedAmount: money('5.00'), startDate: FAR_DATE };
  const planned = await door.call(subject, 'transaction.SchedulePayment', { requestId: randomUUID(), ...terms });
  return textAt(planned, 'scheduledPayment', 'scheduledPaymentId');
}

/** A file of payments that is none, once it has been read. */
async function handIn(door: Door, subject: string): Promise<string> {
  const request = { requestId: randomUUID(), content: Buffer.from('no message').toString('base64') };
  const paymentFileId = textAt(
    await door.call(subject, 'integration.SubmitPaymentFile', request),
    'paymentFile',
    'paymentFileId',
  );
  await whileRefused('PAYMENT_FILE_NOT_READ', () =>
    door.call(subject, 'integration.GetPaymentStatusReport', { paymentFileId }),
  );
  return paymentFileId;
}

/** The first of these asks for the end of an account, which all of them have to sign, and takes it back. */
async function takenBack(door: Door, accountId: string, signers: readonly string[]): Promise<string> {
  const mandate = {
    accountId,
    signatories: signers.map((customerId) => ({ customerId, role: 'SIGNATORY_ROLE_SIGNER' })),
    rules: [{ action: 'MANDATE_ACTION_CLOSE', requirements: [{ count: 0 }] }],
  };
  await withApproval(door, { maker: BACK_OFFICE, checker: MANAGER }, 'account.SetMandate', mandate);
  const subject = `customer:${signers[0]}`;
  const asked = await door.call(subject, 'account.CloseAccount', { requestId: randomUUID(), accountId });
  const signatureRequestId = textAt(asked, 'signatureRequestId');
  const taking = { requestId: randomUUID(), signatureRequestId };
  await door.call(subject, 'account.WithdrawSignatureRequest', taking);
  return signatureRequestId;
}

/** Puts a day into closing, so that it can be closed: when the services have done their steps. */
export async function beginClosing(door: Door): Promise<void> {
  const { openDate } = await door.call(BACK_OFFICE, 'ledger.GetBusinessDate', {});
  await door.call(BACK_OFFICE, 'ledger.AdvanceBusinessDate', { requestId: randomUUID(), openDate: openDate ?? '' });
  for (let open = true; open; ) {
    const { days } = await door.call(BACK_OFFICE, 'ledger.GetEndOfDay', {});
    open = /DAY_STEP_STATE_(?:PENDING|RUNNING)/.test(JSON.stringify(days));
    if (open) await sleep(100);
  }
}

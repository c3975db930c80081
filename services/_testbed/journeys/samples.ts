// A valid request of every RPC that the edge publishes, for tests that go through all of them. A new RPC needs one here.
import { randomUUID } from 'node:crypto';
import type { DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { untilSigned } from '../signing.ts';
import { BACK_OFFICE, counter, disponent, money, objectAt, owner, textAt } from './counter.ts';
import type { Door, RpcName } from './doors.ts';

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
  /** Of the bank, not of the customer. */
  readonly creditorAccountId: string;
  readonly openDate: string;
  readonly closingDate: string;
}

/** A request, and what it is refused for although it is valid and allowed: the state of the bank may be against it. */
export interface Sample {
  readonly request: JsonObject;
  readonly refused?: string;
}

/** When holds expire, and to when they are extended. */
const [LATER, EVEN_LATER] = ['2099-01-01T00:00:00Z', '2099-02-01T00:00:00Z'];

/** By this no order is held. */
const POLICY = {
  weights: [{ reason: 'SCORING_REASON_NEW_PAYEE', weight: 1 }],
  stepUpScore: 50,
  reviewScore: 70,
  refuseScore: 110,
  transfersPerHourMax: 60,
  usualMultiple: 10,
  historyTransfersMin: 5,
  dormantDays: 365,
  newDeviceHours: 24,
};

/** Makes a customer with belongings. Each call of it is another customer. */
export async function makeBelongings(door: Door): Promise<Belongings> {
  const at = counter(door);
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
  const migrating = {
    requestId,
    type: 'ACCOUNT_TYPE_INDIVIDUAL',
    productId: 'prd_current_czk',
    holders: [owner(customerId)],
    migrating: true,
  };
  const opened = await door.call(BACK_OFFICE, 'account.OpenAccount', migrating);
  const date = await door.call(BACK_OFFICE, 'ledger.GetBusinessDate', {});
  await untilSigned(() => door.call(subject, 'account.GetStatementProof', { accountId, lineNumber: 1 }));
  return {
    customerId,
    jointHolderId,
    disponentId,
    accountId,
    emptyAccountId,
    frozenAccountId,
    migratingAccountId: textAt(opened, 'account', 'accountId'),
    transactionId: textAt(transfer, 'transactionId'),
    holdId: textAt(kept, 'hold', 'holdId'),
    creditorAccountId,
    openDate: textAt(date, 'openDate'),
    closingDate: textAt(date, 'closingDates', '0'),
  };
}

/** Puts a day into closing, so that it can be closed. */
export async function beginClosing(door: Door): Promise<void> {
  const { openDate } = await door.call(BACK_OFFICE, 'ledger.GetBusinessDate', {});
  await door.call(BACK_OFFICE, 'ledger.AdvanceBusinessDate', { requestId: randomUUID(), openDate: openDate ?? '' });
}

/** A request of every published RPC that its customer, and staff, may make. Commands carry no `requestId` yet. */
export function samples(of: Belongings): Readonly<Partial<Record<RpcName, Sample>>> {
  return {
    ...customerSamples(of),
    ...accountSamples(of),
    ...transactionSamples(of),
    ...ledgerSamples(of),
    ...securitySamples(of),
  };
}

/** The request as a command: with a key, and done or only tried. */
export function asCommand(input: DescMessage, request: JsonObject, validateOnly: boolean): JsonObject {
  const names = new Set(input.fields.map(({ localName }) => localName));
  return {
    ...request,
    // Some of the ledger's keys are ids of journals.
    ...(names.has('requestId') && { requestId: `jnl_${randomUUID().replaceAll('-', '')}` }),
    ...(names.has('validateOnly') && { validateOnly }),
  };
}

function customerSamples({ customerId }: Belongings): Partial<Record<RpcName, Sample>> {
  const person = { givenName: 'Jana', familyName: 'Novotna', birthDate: '1990-05-17' };
  const address = { lines: ['Dlouha 12'], city: 'Praha', countryCode: 'CZ' };
  const contacts = [{ kind: 'CONTACT_KIND_EMAIL', value: 'jana@example.com' }];
  const identifiers = [{ kind: 'IDENTIFIER_KIND_PASSPORT', value: '38291746', countryCode: 'CZ' }];
  return {
    'customer.RegisterCustomer': { request: { person, address, contacts, identifiers, residenceCountryCode: 'CZ' } },
    'customer.GetCustomer': { request: { customerId } },
    'customer.ListCustomers': { request: { pageSize: 1 } },
    'customer.UpdateCustomer': { request: { customerId, updateMask: 'address', address } },
    'customer.DeactivateCustomer': { request: { customerId } },
  };
}

function securitySamples({ customerId }: Belongings): Partial<Record<RpcName, Sample>> {
  const approval = { approvalId: 'apr_none' };
  const login = { username: 'nobody', password: 'correct horse battery' };
  return {
    'security.IssueEnrolmentCode': { request: { customerId } },
    'security.RegisterCredentials': { request: { enrolmentCode: 'none', ...login }, refused: 'ENROLMENT_CODE_INVALID' },
    'security.LogIn': { request: login, refused: 'LOGIN_REFUSED' },
    'security.RefreshSession': { request: { refreshToken: 'none' }, refused: 'SESSION_ENDED' },
    'security.LogOut': { request: {}, refused: 'SESSION_ENDED' },
    'security.ListApprovals': { request: {} },
    'security.GetApproval': { request: approval, refused: 'APPROVAL_NOT_FOUND' },
    'security.ApproveRequest': { request: approval, refused: 'APPROVAL_NOT_FOUND' },
    'security.RejectRequest': { request: approval, refused: 'APPROVAL_NOT_FOUND' },
    'security.WithdrawRequest': { request: approval, refused: 'APPROVAL_NOT_FOUND' },
    'security.GetScoringPolicy': { request: {} },
    'security.SetScoringPolicy': { request: { baseVersion: 1_000_000, policy: POLICY }, refused: 'ETAG_MISMATCH' },
    'security.RotateSigningKey': { request: {} },
  };
}

function accountSamples(of: Belongings): Partial<Record<RpcName, Sample>> {
  const { customerId, accountId, emptyAccountId, frozenAccountId, migratingAccountId } = of;
  const productId = 'prd_current_czk';
  const terms = { transferLimit: money('1000.00') };
  const product = { type: 'PRODUCT_TYPE_CURRENT', currencyCode: 'CZK', displayName: 'A product' };
  return {
    'account.CreateProduct': { request: { ...product, productId: 'prd_sample', terms } },
    'account.ReviseProduct': { request: { productId, displayName: 'Another name', terms } },
    'account.GetProduct': { request: { productId } },
    'account.ListProducts': { request: {} },
    'account.OpenAccount': { request: { type: 'ACCOUNT_TYPE_INDIVIDUAL', productId, holders: [owner(customerId)] } },
    'account.GetAccount': { request: { accountId } },
    'account.ListAccounts': { request: { customerId } },
    'account.UpdateAccount': { request: { accountId, updateMask: 'displayName', displayName: 'Household' } },
    'account.FreezeAccount': { request: { accountId, debits: true, reason: 'FREEZE_REASON_CUSTOMER_REQUEST' } },
    'account.UnfreezeAccount': { request: { accountId: frozenAccountId } },
    'account.SetOverdraftLimit': { request: { accountId, overdraftLimit: money('10.00') } },
    'account.CloseAccount': { request: { accountId: emptyAccountId } },
    'account.CutOverAccounts': { request: { accountIds: [migratingAccountId] } },
    'account.GetAccountBalance': { request: { accountId } },
    'account.GetStatement': { request: { accountId } },
    'account.GetStatementProof': { request: { accountId, lineNumber: 1 } },
  };
}

function transactionSamples(of: Belongings): Partial<Record<RpcName, Sample>> {
  const { accountId, creditorAccountId, migratingAccountId, transactionId, holdId } = of;
  const amount = money('1.00');
  const history = {
    externalReference: randomUUID(),
    accountId: migratingAccountId,
    direction: 'DIRECTION_CREDIT',
    counterpart: 'MIGRATION_COUNTERPART_CASH',
    amount,
    bookingDate: '1995-03-24',
  };
  return {
    'transaction.DepositCash': { request: { creditorAccountId: accountId, amount } },
    'transaction.WithdrawCash': { request: { debtorAccountId: accountId, amount } },
    'transaction.TransferFunds': { request: { debtorAccountId: accountId, creditorAccountId, amount } },
    'transaction.PlaceHold': { request: { debtorAccountId: accountId, creditorAccountId, amount, expireTime: LATER } },
    'transaction.CaptureHold': { request: { holdId, amount } },
    'transaction.ExtendHold': { request: { holdId, expireTime: EVEN_LATER } },
    'transaction.ReleaseHold': { request: { holdId } },
    'transaction.GetHold': { request: { holdId } },
    'transaction.ListHolds': { request: { accountId } },
    'transaction.GetTransaction': { request: { transactionId } },
    'transaction.ListTransactions': { request: { accountId } },
    'transaction.ReverseTransaction': { request: { transactionId, amount } },
    'transaction.ListReviews': { request: {} },
    'transaction.DecideReview': {
      request: { transactionId, decision: 'REVIEW_DECISION_RELEASE' },
      refused: 'REVIEW_NOT_OPEN',
    },
    'transaction.BatchImportTransactions': { request: { transactions: [history] } },
  };
}

function ledgerSamples({
  accountId,
  transactionId,
  openDate,
  closingDate,
}: Belongings): Partial<Record<RpcName, Sample>> {
  const ledgerAccountId = accountId.replace('acc_', 'lac_');
  return {
    'ledger.GetBalances': { request: { ledgerAccountIds: [ledgerAccountId] } },
    'ledger.ListEntries': { request: { ledgerAccountId } },
    'ledger.GetJournal': { request: { journalId: transactionId.replace('txn_', 'jnl_') } },
    'ledger.ListJournals': { request: {} },
    'ledger.GetHold': { request: { holdId: 'hld_none' }, refused: 'HOLD_NOT_FOUND' },
    'ledger.ListHolds': { request: { ledgerAccountId } },
    'ledger.ListHoldSteps': { request: {} },
    'ledger.ListLedgerAccounts': { request: {} },
    'ledger.ListGeneralLedgerAccounts': { request: {} },
    'ledger.GetTrialBalance': { request: {} },
    'ledger.GetBusinessDate': { request: {} },
    'ledger.AdvanceBusinessDate': { request: { openDate }, refused: 'BUSINESS_DATE_STILL_CLOSING' },
    'ledger.CloseBusinessDate': { request: { closingDate } },
    'ledger.SetClock': { request: {} },
    'ledger.GetBalanceSheet': { request: {} },
    'ledger.GetIncomeStatement': { request: {} },
    'ledger.ClosePeriod': { request: { endDate: openDate }, refused: 'ACCOUNTING_PERIOD_NOT_OVER' },
    'ledger.ListPeriods': { request: {} },
    'ledger.TieOutGeneralLedger': { request: {} },
    'ledger.ListBlocks': { request: {} },
    'ledger.ListCheckpoints': { request: {} },
    'ledger.GetCheckpointKey': { request: {} },
    'ledger.GetEntryProof': { request: { ledgerAccountId, version: 1 } },
    'ledger.WatchBalances': { request: { ledgerAccountIds: [ledgerAccountId] } },
    'ledger.WatchEntries': { request: { ledgerAccountIds: [ledgerAccountId] } },
  };
}

/** The sample of one RPC. Throws when there is none. */
export function sampleOf(rpc: RpcName, of: Belongings): Sample {
  const sample = samples(of)[rpc];
  if (!sample) throw new Error(`samples.ts has no request for ${rpc}`);
  return sample;
}

/** The request with another id at a path of the rules; of a list, in its first item. */
export function withId(input: DescMessage, request: JsonObject, path: readonly string[], id: string): JsonObject {
  const [first = '', ...rest] = input.oneofs.some(({ localName }) => localName === path[0]) ? path.slice(1) : path;
  const field = input.fields.find(({ localName }) => localName === first);
  if (!field) throw new Error(`${input.typeName} has no ${first}`);
  const isList = field.fieldKind === 'list';
  const inner = isList ? field.message : field.fieldKind === 'message' ? field.message : undefined;
  const now = request[first];
  const old = isList ? (now as JsonValue[] | undefined)?.[0] : now;
  const put = inner ? withId(inner, objectAt({ old: old ?? {} }, 'old'), rest, id) : id;
  // A oneof holds one of its cases.
  const siblings = field.oneof?.fields.map(({ localName }) => localName) ?? [];
  const others = Object.fromEntries(Object.entries(request).filter(([name]) => !siblings.includes(name)));
  return { ...others, [first]: isList ? [put] : put };
}

// A valid request of every RPC that the edge publishes, for tests that go through all of them. A new RPC needs one here.
import { randomUUID } from 'node:crypto';
import type { DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { accountSamples } from './account-samples.ts';
import { auditSamples, readSamples } from './audit-samples.ts';
import { type Belongings, LATER } from './belongings.ts';
import { cardSamples } from './card-samples.ts';
import { cashSamples } from './cash-samples.ts';
import { money, objectAt } from './counter.ts';
import { customerSamples } from './customer-samples.ts';
import type { RpcName } from './doors.ts';
import { integrationSamples } from './integration-samples.ts';
import { notificationSamples } from './notification-samples.ts';
import { payeeSamples } from './payee-samples.ts';
import { paymentSamples } from './payment-samples.ts';
import { operationsSamples } from './samples-of-operations.ts';
import { scheduleSamples } from './schedule-samples.ts';
import { webhookSamples } from './webhook-samples.ts';

/** A request, and what it is refused for although it is valid and allowed: the state of the bank may be against it. */
export interface Sample {
  readonly request: JsonObject;
  readonly refused?: string;
  /** True where it is customers alone who are refused so: of them more is asked than of staff. */
  readonly toCustomers?: boolean;
  /** What staff are refused for, where that is something else. */
  readonly refusedToStaff?: string;
}

/** What a sample is refused for to a subject. */
export function refusalTo(
  subject: string,
  { refused, toCustomers = false, refusedToStaff }: Sample,
): string | undefined {
  return toCustomers && subject.startsWith('staff:') ? refusedToStaff : refused;
}

/** To when holds are extended. */
const EVEN_LATER = '2099-02-01T00:00:00Z';

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

/** A request of every published RPC that its customer, and staff, may make. Commands carry no `requestId` yet. */
export function samples(of: Belongings): Readonly<Partial<Record<RpcName, Sample>>> {
  return {
    ...customerSamples(of),
    ...accountSamples(of),
    ...cardSamples(of),
    ...transactionSamples(of),
    ...scheduleSamples(of),
    ...ledgerSamples(of),
    ...securitySamples(of),
    ...auditSamples(of),
    ...notificationSamples(of),
    ...webhookSamples(of),
    ...operationsSamples,
    ...integrationSamples(of),
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

function securitySamples(of: Belongings): Partial<Record<RpcName, Sample>> {
  const { customerId } = of;
  const approval = { approvalId: 'apr_none' };
  const [password, code] = ['correct horse battery', '123456'];
  const [staffId, branchId] = ['stf_none', 'brn_none'];
  const login = { username: 'nobody', password };
  const x = 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4';
  const y = '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM';
  const jwksJson = JSON.stringify({ keys: [{ kty: 'EC', crv: 'P-256', x, y, kid: 'acme' }] });
  const partner = { jwksJson, scopes: ['products:read'], callsMax: 10 };
  return {
    'security.IssueEnrolmentCode': { request: { customerId } },
    'security.RegisterCredentials': { request: { enrolmentCode: 'none', ...login }, refused: 'ENROLMENT_CODE_INVALID' },
    'security.LogIn': { request: login, refused: 'LOGIN_REFUSED' },
    'security.RefreshSession': { request: { refreshToken: 'none' }, refused: 'SESSION_ENDED' },
    'security.LogOut': { request: {}, refused: 'SESSION_ENDED' },
    'security.ChangePassword': {
      request: { ...login, newPassword: 'another horse battery' },
      refused: 'PROOF_REFUSED',
    },
    'security.RequestPasswordReset': { request: { username: 'nobody' } },
    'security.ResetPassword': {
      request: { username: 'nobody', code, newPassword: password },
      refused: 'RESET_CODE_INVALID',
    },
    'security.EnrolTotp': { request: { password }, refused: 'PROOF_REFUSED' },
    'security.ConfirmTotp': { request: { code }, refused: 'SECOND_FACTOR_NOT_FOUND' },
    'security.RemoveTotp': { request: { password, code }, refused: 'PROOF_REFUSED' },
    'security.GetPasskeyRegistrationOptions': { request: {} },
    'security.RegisterPasskey': { request: { password, responseJson: '{}' }, refused: 'PROOF_REFUSED' },
    'security.ListPasskeys': { request: {} },
    'security.RemovePasskey': { request: { passkeyId: 'none', password }, refused: 'STEP_UP_UNAVAILABLE' },
    'security.GetPasskeyLoginOptions': { request: {} },
    'security.LogInWithPasskey': { request: { responseJson: '{}' }, refused: 'LOGIN_REFUSED' },
    'security.RegisterStaffMember': { request: { displayName: 'Eva Nova', branchId, roles: ['STAFF_ROLE_TELLER'] } },
    'security.IssueStaffEnrolmentCode': { request: { staffId }, refused: 'STAFF_MEMBER_NOT_FOUND' },
    'security.ChangeStaffRoles': {
      request: { staffId, branchId, roles: ['STAFF_ROLE_TELLER'] },
      refused: 'STAFF_MEMBER_NOT_FOUND',
    },
    'security.DeactivateStaffMember': { request: { staffId }, refused: 'STAFF_MEMBER_NOT_FOUND' },
    'security.ListStaffMembers': { request: {} },
    'security.RegisterPartner': { request: { ...partner, displayName: 'Acme' } },
    'security.ChangePartner': {
      request: { ...partner, partnerId: 'ptn_none', displayName: 'Acme' },
      refused: 'PARTNER_NOT_FOUND',
    },
    'security.SuspendPartner': { request: { partnerId: 'ptn_none' }, refused: 'PARTNER_NOT_FOUND' },
    'security.ResumePartner': { request: { partnerId: 'ptn_none' }, refused: 'PARTNER_NOT_FOUND' },
    'security.GetPartner': { request: { partnerId: 'ptn_none' }, refused: 'PARTNER_NOT_FOUND' },
    'security.ListPartners': { request: {} },
    'security.ListApprovals': { request: {} },
    'security.GetApproval': { request: approval, refused: 'APPROVAL_NOT_FOUND' },
    'security.ApproveRequest': { request: approval, refused: 'APPROVAL_NOT_FOUND' },
    'security.RejectRequest': { request: approval, refused: 'APPROVAL_NOT_FOUND' },
    'security.WithdrawRequest': { request: approval, refused: 'APPROVAL_NOT_FOUND' },
    'security.GetStepUp': { request: { stepUpId: 'stp_none' }, refused: 'STEP_UP_NOT_FOUND' },
    'security.CompleteStepUp': { request: { stepUpId: 'stp_none', totpCode: code }, refused: 'STEP_UP_NOT_FOUND' },
    ...ownSamples(of),
    'security.ListLoginReviews': { request: {} },
    'security.DecideLoginReview': {
      request: { loginReviewId: 'lrv_none', decision: 'LOGIN_REVIEW_DECISION_RELEASE' },
      refused: 'LOGIN_REVIEW_NOT_FOUND',
    },
    'security.GetScoringPolicy': { request: {} },
    ...readSamples,
    'security.SetScoringPolicy': { request: { baseVersion: 1_000_000, policy: POLICY }, refused: 'ETAG_MISMATCH' },
    // Of a party that nobody needs any more.
    'security.DestroyDataKey': { request: { partyId: `ptn_${randomUUID()}` } },
    'security.RotateKeyEncryptionKey': { request: {} },
    'security.GetKeyRotation': { request: { rotationNumber: 9 }, refused: 'KEY_ROTATION_NOT_FOUND' },
    'security.ListSessions': { request: {} },
    'security.RevokeSession': { request: { sessionId: 'ses_none' }, refused: 'SESSION_NOT_FOUND' },
    'security.RevokeSessions': { request: { customerId } },
    'security.RotateSigningKey': { request: {} },
  };
}

/** Of whom a customer trusts, and of copies of what is held about them. */
function ownSamples({ customerId, exportId }: Belongings): Partial<Record<RpcName, Sample>> {
  return {
    'security.AddTrustedPayee': { request: { creditorAccountId: 'acc_none' }, refused: 'STEP_UP_UNAVAILABLE' },
    'security.RemoveTrustedPayee': { request: { trustedPayeeId: 'tpy_none' }, refused: 'TRUSTED_PAYEE_NOT_FOUND' },
    'security.ListTrustedPayees': { request: {} },
    'security.RequestPersonalDataExport': {
      request: { customerId },
      refused: 'STEP_UP_UNAVAILABLE',
      toCustomers: true,
    },
    'security.GetPersonalDataExport': { request: { exportId } },
    'security.ListPersonalDataExports': { request: { customerId } },
    'security.ReadPersonalDataExport': { request: { exportId, format: 'PERSONAL_DATA_EXPORT_FORMAT_JSON' } },
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
    ...paymentSamples(accountId),
    ...payeeSamples(transactionId, accountId),
    ...cashSamples(of),
    'transaction.DecideReview': {
      request: { transactionId, decision: 'REVIEW_DECISION_RELEASE' },
      refused: 'REVIEW_NOT_OPEN',
    },
    'transaction.DecideSanctionsReview': {
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
    'ledger.GetEndOfDay': { request: {} },
    'ledger.WatchEndOfDay': { request: {} },
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

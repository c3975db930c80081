// A valid request of every RPC of the account service.
import type { Belongings } from './belongings.ts';
import { money, owner } from './counter.ts';
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Samples that the customer, and staff, may send. */
export function accountSamples(of: Belongings): Partial<Record<RpcName, Sample>> {
  const { customerId, accountId, emptyAccountId, frozenAccountId, migratingAccountId } = of;
  const productId = 'prd_current_czk';
  const terms = { transferLimit: money('1000.00') };
  const product = { type: 'PRODUCT_TYPE_CURRENT', currencyCode: 'CZK', displayName: 'A product' };
  const opening = { type: 'ACCOUNT_TYPE_INDIVIDUAL', productId, holders: [owner(customerId)] };
  const mandate = {
    signatories: [{ customerId, role: 'SIGNATORY_ROLE_SIGNER' }],
    rules: [{ action: 'MANDATE_ACTION_PAY', requirements: [{ count: 1 }] }],
  };
  const signed = { signatureRequestId: of.signatureRequestId };
  return {
    'account.CreateProduct': { request: { ...product, productId: 'prd_sample', terms } },
    'account.ReviseProduct': { request: { productId, displayName: 'Another name', terms } },
    'account.GetProduct': { request: { productId } },
    'account.ListProducts': { request: {} },
    'account.OpenAccount': { request: opening },
    'account.BatchOpenAccounts': { request: { accounts: [{ requestId: 'account-of-a-batch', ...opening }] } },
    'account.GetAccount': { request: { accountId } },
    'account.ListAccounts': { request: { customerId } },
    'account.UpdateAccount': { request: { accountId, updateMask: 'displayName', displayName: 'Household' } },
    'account.FreezeAccount': { request: { accountId, debits: true, reason: 'FREEZE_REASON_CUSTOMER_REQUEST' } },
    'account.UnfreezeAccount': { request: { accountId: frozenAccountId } },
    'account.SetOverdraftLimit': { request: { accountId, overdraftLimit: money('10.00') } },
    'account.CloseAccount': { request: { accountId: emptyAccountId } },
    'account.SetMandate': { request: { accountId: emptyAccountId, ...mandate } },
    'account.RevokeMandate': { request: { accountId: emptyAccountId }, refused: 'MANDATE_NOT_FOUND' },
    'account.GetMandate': { request: { accountId }, refused: 'MANDATE_NOT_FOUND' },
    'account.ListMandates': { request: { accountId } },
    'account.ListSignatureRequests': { request: { accountId } },
    'account.GetSignatureRequest': { request: signed },
    'account.GiveSignature': { request: signed, refused: 'SIGNATURE_REQUEST_ENDED' },
    'account.RefuseSignature': { request: signed, refused: 'SIGNATURE_REQUEST_ENDED' },
    'account.WithdrawSignatureRequest': { request: signed, refused: 'SIGNATURE_REQUEST_ENDED' },
    'account.WatchSignatures': { request: { accountId } },
    'account.CutOverAccounts': { request: { accountIds: [migratingAccountId] } },
    'account.GetAccountBalance': { request: { accountId } },
    'account.GetStatement': { request: { accountId } },
    'account.GetStatementProof': { request: { accountId, lineNumber: 1 } },
    'account.ChangeHolders': {
      request: { accountId: migratingAccountId, holders: [owner(customerId)] },
      refused: 'ACCOUNT_NOT_ACTIVE',
    },
    'account.ListHolderChanges': { request: { accountId } },
    'account.ListEstates': { request: {} },
    'account.PayOutEstate': {
      request: { accountId: emptyAccountId, sweepAccountId: accountId },
      refused: 'ACCOUNT_NOT_OF_ESTATE',
    },
    'account.PublishCalendarYear': {
      request: { calendarCode: 'CZ', year: 2030, baseVersion: 1_000_000 },
      refused: 'ETAG_MISMATCH',
    },
    'account.AnnounceProductMigration': {
      request: { productId: 'prd_current_czk', toVersion: 1_000_000, effectiveDate: '2999-01-01' },
      refused: 'PRODUCT_NOT_FOUND',
    },
    'account.CancelProductMigration': { request: { productId: 'prd_none' }, refused: 'MIGRATION_NOT_FOUND' },
    'account.ListProductMigrations': { request: {} },
    'account.GetCalendarYear': { request: { calendarCode: 'TARGET2', year: 2030 } },
    'account.ListCalendarYears': { request: { calendarCode: 'CZ' } },
    'account.AdjustDate': {
      request: { calendarCode: 'CZ', date: '2030-07-06', convention: 'BUSINESS_DAY_CONVENTION_FOLLOWING' },
    },
    'account.SetMaturityInstruction': {
      request: { accountId, instruction: 'MATURITY_INSTRUCTION_RENEW' },
      refused: 'ACCOUNT_NOT_TERM_DEPOSIT',
    },
    'account.WithdrawTermDeposit': {
      request: { accountId: emptyAccountId, sweepAccountId: accountId },
      refused: 'ACCOUNT_NOT_TERM_DEPOSIT',
    },
    'account.WakeAccount': { request: { accountId }, refused: 'ACCOUNT_NOT_DORMANT' },
    'account.EscheatAccount': { request: { accountId: emptyAccountId }, refused: 'ACCOUNT_NOT_DORMANT' },
    'account.MarkAccountDormant': {
      request: { accountId: migratingAccountId, state: 'ACCOUNT_STATE_INACTIVE' },
      refused: 'ACCOUNT_NOT_ACTIVE',
    },
    ...potSamples(accountId),
    ...endOfDaySamples(accountId),
  };
}

/** Of what the ends of days leave behind. */
function endOfDaySamples(accountId: string): Partial<Record<RpcName, Sample>> {
  return {
    'account.ListStatusChanges': { request: { accountId } },
    'account.ExplainInterest': { request: { accountId }, refused: 'INTEREST_NOT_FOUND' },
    'account.ListFees': { request: { accountId } },
    'account.PreviewFees': { request: { accountId } },
    'account.ListSetAsideAccounts': { request: {} },
    'account.RetrySetAsideAccounts': { request: {} },
    'account.ListStatements': { request: { accountId } },
    'account.DownloadStatement': { request: { accountId, format: 'DOCUMENT_FORMAT_JSON' } },
    'account.CertifyBalance': { request: { accountId, format: 'DOCUMENT_FORMAT_JSON' } },
  };
}

/** Of the parts of an account that its holders put aside. */
function potSamples(accountId: string): Partial<Record<RpcName, Sample>> {
  const [pot, refused] = [{ potId: 'pot_none' }, 'POT_NOT_FOUND'];
  return {
    'account.OpenPot': { request: { accountId, displayName: 'Holiday' } },
    'account.UpdatePot': { request: { ...pot, displayName: 'Bike' }, refused },
    'account.ClosePot': { request: pot, refused },
    'account.MovePotMoney': {
      request: { ...pot, direction: 'POT_DIRECTION_TO_POT', amount: money('1.00') },
      refused,
    },
    'account.ListPots': { request: { accountId } },
  };
}

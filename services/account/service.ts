// The table of contents of the account service.

import type { ServiceDefinition } from '#chassis/boot.ts';
import { ChassisSettings, eventOperations, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { owners } from './access.ts';
import { type Context, makeContext } from './context.ts';
import { startEndOfDay } from './end-of-day.ts';
import { tendEstates } from './estates.ts';
import { ofCustomers } from './events.ts';
import { Accounts } from './migrations/0001-accounts.ts';
import { Interest } from './migrations/0006-interest.ts';
import { Mandates } from './migrations/0010-mandates.ts';
import { Signatures } from './migrations/0011-signatures.ts';
import { StatusLife } from './migrations/0012-status-life.ts';
import { Ownership } from './migrations/0013-ownership.ts';
import { Calendars } from './migrations/0014-calendars.ts';
import { TermDeposits } from './migrations/0015-term-deposits.ts';
import { Statements } from './migrations/0020-statements.ts';
import { CustomerStandings } from './migrations/0021-customer-standings.ts';
import { OverdraftInterest } from './migrations/0022-overdraft-interest.ts';
import { Fees } from './migrations/0023-fees.ts';
import { StatementsInMotion } from './migrations/0024-statements-in-motion.ts';
import { LeanStandings } from './migrations/0025-lean-standings.ts';
import { CustomerTiers } from './migrations/0026-customer-tiers.ts';
import { EntriesDescribed } from './migrations/0027-entry-particulars.ts';
import { RequestedProducts } from './migrations/0028-requested-products.ts';
import { Cheques } from './migrations/0029-cheques.ts';
import { Cards } from './migrations/0030-cards.ts';
import { ProductMigrations } from './migrations/0031-product-migrations.ts';
import { CardReveals } from './migrations/0032-card-reveals.ts';
import { ExceptionsByPayee } from './migrations/0033-exceptions-by-payee.ts';
import { MigrationsCalledOff } from './migrations/0034-migrations-called-off.ts';
import { RequestsByCustomer } from './migrations/0035-requests-by-customer.ts';
import { MergedCustomers } from './migrations/0036-merged-customers.ts';
import { Pots } from './migrations/0037-pots.ts';
import { InterestVersions } from './migrations/0038-interest-versions.ts';
import { peopleEntities } from './people-tables.ts';
import { tendProductMigrations } from './product-migrations.ts';
import { tendRequestedProducts } from './requested-products.ts';
import { activateCard } from './rpc/activate-card.ts';
import { adjustDate } from './rpc/adjust-date.ts';
import { announceProductMigration } from './rpc/announce-product-migration.ts';
import { authorizeOrders } from './rpc/authorize-orders.ts';
import { batchOpenAccounts } from './rpc/batch-open-accounts.ts';
import { blockCard } from './rpc/block-card.ts';
import { cancelProductMigration } from './rpc/cancel-product-migration.ts';
import { certifyBalance } from './rpc/certify-balance.ts';
import { changeHolders } from './rpc/change-holders.ts';
import { checkAccountAccess } from './rpc/check-account-access.ts';
import { closeAccount } from './rpc/close-account.ts';
import { closePot } from './rpc/close-pot.ts';
import { createProduct } from './rpc/create-product.ts';
import { cutOverAccounts } from './rpc/cut-over-accounts.ts';
import { decideChequeException } from './rpc/decide-cheque-exception.ts';
import { downloadStatement } from './rpc/download-statement.ts';
import { escheatAccount } from './rpc/escheat-account.ts';
import { explainInterest } from './rpc/explain-interest.ts';
import { findAccount } from './rpc/find-account.ts';
import { findCard } from './rpc/find-card.ts';
import { freezeAccount } from './rpc/freeze-account.ts';
import { getAccount } from './rpc/get-account.ts';
import { getAccountBalance } from './rpc/get-account-balance.ts';
import { getAccountHolders } from './rpc/get-account-holders.ts';
import { getCalendarYear } from './rpc/get-calendar-year.ts';
import { getCard } from './rpc/get-card.ts';
import { getMandate } from './rpc/get-mandate.ts';
import { getProduct } from './rpc/get-product.ts';
import { getSignatureRequest } from './rpc/get-signature-request.ts';
import { getStatement } from './rpc/get-statement.ts';
import { getStatementProof } from './rpc/get-statement-proof.ts';
import { giveSignature } from './rpc/give-signature.ts';
import { honourCheque } from './rpc/honour-cheque.ts';
import { issueCard } from './rpc/issue-card.ts';
import { issueChequeBook } from './rpc/issue-cheque-book.ts';
import { liftChequeStop } from './rpc/lift-cheque-stop.ts';
import { listAccounts } from './rpc/list-accounts.ts';
import { listCalendarYears } from './rpc/list-calendar-years.ts';
import { listCards } from './rpc/list-cards.ts';
import { listChequeExceptions } from './rpc/list-cheque-exceptions.ts';
import { listChequeStops } from './rpc/list-cheque-stops.ts';
import { listCheques } from './rpc/list-cheques.ts';
import { listEstates } from './rpc/list-estates.ts';
import { listFees } from './rpc/list-fees.ts';
import { listHolderChanges } from './rpc/list-holder-changes.ts';
import { listMandates } from './rpc/list-mandates.ts';
import { listPots } from './rpc/list-pots.ts';
import { listProductMigrations } from './rpc/list-product-migrations.ts';
import { listProducts } from './rpc/list-products.ts';
import { listSetAsideAccounts } from './rpc/list-set-aside-accounts.ts';
import { listSignatureRequests } from './rpc/list-signature-requests.ts';
import { listStatements } from './rpc/list-statements.ts';
import { listStatusChanges } from './rpc/list-status-changes.ts';
import { markAccountDormant } from './rpc/mark-account-dormant.ts';
import { movePotMoney } from './rpc/move-pot-money.ts';
import { openAccount } from './rpc/open-account.ts';
import { openPot } from './rpc/open-pot.ts';
import { payOutEstate } from './rpc/pay-out-estate.ts';
import { permitCardReveal } from './rpc/permit-card-reveal.ts';
import { previewFees } from './rpc/preview-fees.ts';
import { publishCalendarYear } from './rpc/publish-calendar-year.ts';
import { recordEntryParticulars } from './rpc/record-entry-particulars.ts';
import { refuseSignature } from './rpc/refuse-signature.ts';
import { registerIssuedCheques } from './rpc/register-issued-cheques.ts';
import { releaseCheque } from './rpc/release-cheque.ts';
import { replaceCard } from './rpc/replace-card.ts';
import { requestSignatures } from './rpc/request-signatures.ts';
import { retrySetAsideAccounts } from './rpc/retry-set-aside-accounts.ts';
import { revealCardNumber } from './rpc/reveal-card-number.ts';
import { reviseProduct } from './rpc/revise-product.ts';
import { revokeMandate } from './rpc/revoke-mandate.ts';
import { setCardLimits } from './rpc/set-card-limits.ts';
import { setMandate } from './rpc/set-mandate.ts';
import { setMaturityInstruction } from './rpc/set-maturity-instruction.ts';
import { setOverdraftLimit } from './rpc/set-overdraft-limit.ts';
import { stopCheques } from './rpc/stop-cheques.ts';
import { unblockCard } from './rpc/unblock-card.ts';
import { unfreezeAccount } from './rpc/unfreeze-account.ts';
import { updateAccount } from './rpc/update-account.ts';
import { updatePot } from './rpc/update-pot.ts';
import { wakeAccount } from './rpc/wake-account.ts';
import { watchSignatures } from './rpc/watch-signatures.ts';
import { withdrawSignatureRequest } from './rpc/withdraw-signature-request.ts';
import { withdrawTermDeposit } from './rpc/withdraw-term-deposit.ts';
import { tendSignatures } from './signed-changes.ts';
import { entities } from './tables.ts';

/** How often it is looked whether something is signed, or was not in time. */
const TEND_MS = 500;

function cards(context: Context) {
  return {
    activateCard: activateCard(context),
    blockCard: blockCard(context),
    findAccount: findAccount(context),
    findCard: findCard(context),
    getCard: getCard(context),
    issueCard: issueCard(context),
    listCards: listCards(context),
    permitCardReveal: permitCardReveal(context),
    replaceCard: replaceCard(context),
    revealCardNumber: revealCardNumber(context),
    setCardLimits: setCardLimits(context),
    unblockCard: unblockCard(context),
  };
}

function cheques(context: Context) {
  return {
    honourCheque: honourCheque(context),
    issueChequeBook: issueChequeBook(context),
    liftChequeStop: liftChequeStop(context),
    listChequeStops: listChequeStops(context),
    listCheques: listCheques(context),
    registerIssuedCheques: registerIssuedCheques(context),
    releaseCheque: releaseCheque(context),
    stopCheques: stopCheques(context),
    decideChequeException: decideChequeException(context),
    listChequeExceptions: listChequeExceptions(context),
  };
}

function rpcs(context: Context) {
  return {
    ...cards(context),
    ...cheques(context),
    authorizeOrders: authorizeOrders(context),
    batchOpenAccounts: batchOpenAccounts(context),
    checkAccountAccess: checkAccountAccess(context),
    closeAccount: closeAccount(context),
    createProduct: createProduct(context),
    cutOverAccounts: cutOverAccounts(context),
    explainInterest: explainInterest(context),
    freezeAccount: freezeAccount(context),
    getAccount: getAccount(context),
    getAccountBalance: getAccountBalance(context),
    getAccountHolders: getAccountHolders(context),
    getProduct: getProduct(context),
    getStatement: getStatement(context),
    getStatementProof: getStatementProof(context),
    listAccounts: listAccounts(context),
    listProducts: listProducts(context),
    getMandate: getMandate(context),
    listMandates: listMandates(context),
    revokeMandate: revokeMandate(context),
    setMandate: setMandate(context),
    getSignatureRequest: getSignatureRequest(context),
    giveSignature: giveSignature(context),
    listSignatureRequests: listSignatureRequests(context),
    refuseSignature: refuseSignature(context),
    requestSignatures: requestSignatures(context),
    watchSignatures: watchSignatures(context),
    withdrawSignatureRequest: withdrawSignatureRequest(context),
    listSetAsideAccounts: listSetAsideAccounts(context),
    openAccount: openAccount(context),
    retrySetAsideAccounts: retrySetAsideAccounts(context),
    reviseProduct: reviseProduct(context),
    setOverdraftLimit: setOverdraftLimit(context),
    unfreezeAccount: unfreezeAccount(context),
    adjustDate: adjustDate(context),
    setMaturityInstruction: setMaturityInstruction(context),
    withdrawTermDeposit: withdrawTermDeposit(context),
    getCalendarYear: getCalendarYear(context),
    listCalendarYears: listCalendarYears(context),
    announceProductMigration: announceProductMigration(context),
    cancelProductMigration: cancelProductMigration(context),
    listProductMigrations: listProductMigrations(context),
    publishCalendarYear: publishCalendarYear(context),
    recordEntryParticulars: recordEntryParticulars(context),
    changeHolders: changeHolders(context),
    listEstates: listEstates(context),
    listHolderChanges: listHolderChanges(context),
    payOutEstate: payOutEstate(context),
    escheatAccount: escheatAccount(context),
    listStatusChanges: listStatusChanges(context),
    markAccountDormant: markAccountDormant(context),
    wakeAccount: wakeAccount(context),
    updateAccount: updateAccount(context),
    certifyBalance: certifyBalance(context),
    downloadStatement: downloadStatement(context),
    listStatements: listStatements(context),
    listFees: listFees(context),
    previewFees: previewFees(context),
    openPot: openPot(context),
    updatePot: updatePot(context),
    closePot: closePot(context),
    movePotMoney: movePotMoney(context),
    listPots: listPots(context),
  } satisfies Rpcs<typeof AccountService>;
}

export const account: ServiceDefinition<typeof AccountService, Context> = {
  name: 'account',
  service: AccountService,
  entities: [...entities, ...peopleEntities],
  migrations: [
    { name: '0001-accounts', class: Accounts },
    { name: '0002-lean-chassis', class: LeanChassis },
    { name: '0003-chassis-settings', class: ChassisSettings },
    { name: '0004-event-path', class: eventPath('account_runtime') },
    { name: '0005-event-operations', class: eventOperations('account_runtime') },
    { name: '0006-interest', class: Interest },
    { name: '0010-mandates', class: Mandates },
    { name: '0011-signatures', class: Signatures },
    { name: '0012-status-life', class: StatusLife },
    { name: '0013-ownership', class: Ownership },
    { name: '0014-calendars', class: Calendars },
    { name: '0015-term-deposits', class: TermDeposits },
    { name: '0020-statements', class: Statements },
    { name: '0021-customer-standings', class: CustomerStandings },
    { name: '0022-overdraft-interest', class: OverdraftInterest },
    { name: '0023-fees', class: Fees },
    { name: '0024-statements-in-motion', class: StatementsInMotion },
    { name: '0025-lean-standings', class: LeanStandings },
    { name: '0026-customer-tiers', class: CustomerTiers },
    { name: '0027-entry-particulars', class: EntriesDescribed },
    { name: '0028-requested-products', class: RequestedProducts },
    { name: '0029-cheques', class: Cheques },
    { name: '0030-cards', class: Cards },
    { name: '0031-product-migrations', class: ProductMigrations },
    { name: '0032-card-reveals', class: CardReveals },
    { name: '0033-exceptions-by-payee', class: ExceptionsByPayee },
    { name: '0034-migrations-called-off', class: MigrationsCalledOff },
    { name: '0035-requests-by-customer', class: RequestsByCustomer },
    { name: '0036-merged-customers', class: MergedCustomers },
    { name: '0037-pots', class: Pots },
    { name: '0038-interest-versions', class: InterestVersions },
  ],
  context: makeContext,
  stepUp: ({ stepUp }) => stepUp,
  subscriptions: (context) => [ofCustomers(context)],
  rpcs,
  owners,
  async start(context) {
    const stopTending = repeat(TEND_MS, tendSignatures(context), context.log, 'what is signed has to wait');
    const stopEstates = repeat(TEND_MS, tendEstates(context), context.log, 'what somebody leaves has to wait');
    const stopWanted = repeat(TEND_MS, tendRequestedProducts(context), context.log, 'what customers want has to wait');
    const stopAnnouncing = repeat(
      TEND_MS,
      tendProductMigrations(context),
      context.log,
      'what is announced has to wait',
    );
    const stopEndOfDay = startEndOfDay(context);
    return async () => {
      await stopEndOfDay();
      await stopWanted();
      await stopAnnouncing();
      await stopEstates();
      await stopTending();
    };
  },
};

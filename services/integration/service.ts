// The table of contents of the integration service.
import type { ServiceDefinition } from '#chassis/boot.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { startCardSwitch } from './card-switch.ts';
import { type Context, makeContext } from './context.ts';
import { subscriptions } from './events.ts';
import { startExchanging } from './exchanging.ts';
import { startMakingPayments } from './making-payments.ts';
import { chassisSteps, PaymentFiles } from './migrations/0001-payment-files.ts';
import { Schemes } from './migrations/0006-schemes.ts';
import { Recalls } from './migrations/0007-recalls.ts';
import { ReconciliationOfClearing } from './migrations/0008-reconciliation.ts';
import { BeginningOfReconciliation } from './migrations/0009-beginning-of-reconciliation.ts';
import { UnsentPayments } from './migrations/0010-unsent-payments.ts';
import { owners } from './payment-files.ts';
import { assignReconciliationException } from './rpc/assign-reconciliation-exception.ts';
import { confirmPayee } from './rpc/confirm-payee.ts';
import { getPaymentFile } from './rpc/get-payment-file.ts';
import { getPaymentStatusReport } from './rpc/get-payment-status-report.ts';
import { getReconciliation } from './rpc/get-reconciliation.ts';
import { getSchemeStatus } from './rpc/get-scheme-status.ts';
import { importSettlementStatement } from './rpc/import-settlement-statement.ts';
import { listPaymentFiles } from './rpc/list-payment-files.ts';
import { listReconciliationExceptions } from './rpc/list-reconciliation-exceptions.ts';
import { listSchemeExchanges } from './rpc/list-scheme-exchanges.ts';
import { resolveReconciliationExceptions } from './rpc/resolve-reconciliation-exceptions.ts';
import { resumeScheme } from './rpc/resume-scheme.ts';
import { sendPayment } from './rpc/send-payment.ts';
import { sendRecall } from './rpc/send-recall.ts';
import { sendRecallAnswer } from './rpc/send-recall-answer.ts';
import { sendReturn } from './rpc/send-return.ts';
import { submitPaymentFile } from './rpc/submit-payment-file.ts';
import { suspendScheme } from './rpc/suspend-scheme.ts';
import { uploadPaymentFilePart } from './rpc/upload-payment-file-part.ts';
import { entities } from './tables.ts';

function rpcs(context: Context) {
  return {
    getPaymentFile: getPaymentFile(context),
    getPaymentStatusReport: getPaymentStatusReport(context),
    listPaymentFiles: listPaymentFiles(context),
    submitPaymentFile: submitPaymentFile(context),
    uploadPaymentFilePart: uploadPaymentFilePart(context),
    sendPayment: sendPayment(context),
    sendReturn: sendReturn(context),
    sendRecall: sendRecall(context),
    sendRecallAnswer: sendRecallAnswer(context),
    importSettlementStatement: importSettlementStatement(context),
    getReconciliation: getReconciliation(context),
    listReconciliationExceptions: listReconciliationExceptions(context),
    assignReconciliationException: assignReconciliationException(context),
    resolveReconciliationExceptions: resolveReconciliationExceptions(context),
    getSchemeStatus: getSchemeStatus(context),
    listSchemeExchanges: listSchemeExchanges(context),
    suspendScheme: suspendScheme(context),
    resumeScheme: resumeScheme(context),
    confirmPayee: confirmPayee(context),
  } satisfies Rpcs<typeof IntegrationService>;
}

export const integration: ServiceDefinition<typeof IntegrationService, Context> = {
  name: 'integration',
  service: IntegrationService,
  entities,
  migrations: [
    { name: '0001-payment-files', class: PaymentFiles },
    ...chassisSteps,
    { name: '0006-schemes', class: Schemes },
    { name: '0007-recalls', class: Recalls },
    { name: '0008-reconciliation', class: ReconciliationOfClearing },
    { name: '0009-beginning-of-reconciliation', class: BeginningOfReconciliation },
    { name: '0010-unsent-payments', class: UnsentPayments },
  ],
  context: makeContext,
  subscriptions: () => subscriptions,
  start: async (context) => {
    const { names } = await context.schemas;
    const held = names.length > 0 ? `the official schemas of ${names.join(', ')}` : 'no official schemas';
    context.log.info(`messages are held against the descriptions of this bank, and ${held}`);
    const stops = [startExchanging(context), startCardSwitch(context), startMakingPayments(context)];
    return async () => {
      for (const stop of stops) await stop();
    };
  },
  rpcs,
  owners,
};

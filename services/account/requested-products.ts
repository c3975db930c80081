// What customers want on their accounts: taken down as the customer service tells of it (request-events.ts), made or refused, and reported. Each step can be
// done again, by whichever process comes to it.
import { create, fromJson, type JsonObject } from '@bufbuild/protobuf';
import { sql } from 'kysely';
import { type Call, ownCall } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import { Refusal } from '#chassis/errors.ts';
import { outcomeOf } from '#chassis/order.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import {
  type RequestedProduct,
  RequestedProductSchema,
  RequestedProductType,
} from '#gen/bank/customer/v1/service_request_pb.ts';
import { readHolders, readRow } from './accounts.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { issueCard } from './rpc/issue-card.ts';
import { issueChequeBook } from './rpc/issue-cheque-book.ts';
import { makeCopy } from './statement-copies.ts';

interface Wanted {
  readonly serviceRequestId: string;
  readonly approvalNumber: number;
  readonly customerId: string;
  readonly product: JsonObject;
  readonly state: 'planned' | 'done';
  readonly refusalReason: string;
  readonly copyNumber: number;
}

const AT_ONCE = 20;

/** Makes a function that goes on with what customers want. What fails is tried again. */
export function tendRequestedProducts(context: Context): () => Promise<void> {
  const { database, log } = context;
  let after = '';
  return async () => {
    const rows = await database.query(sql<Wanted>`
      select service_request_id as "serviceRequestId", approval_number as "approvalNumber", customer_id as "customerId", product, state,
        refusal_reason as "refusalReason", copy_number as "copyNumber"
      from requested_product where state <> 'told' and service_request_id > ${after}
      order by service_request_id limit ${AT_ONCE}
    `);
    // From the beginning after the last: those that fail hold up no others.
    after = rows.length < AT_ONCE ? '' : (rows.at(-1)?.serviceRequestId ?? '');
    for (const row of rows) {
      await goOn(context, row).catch((err: unknown) => {
        log.warn({ err, serviceRequestId: row.serviceRequestId }, 'what a customer wants has to wait');
      });
    }
  };
}

async function goOn(context: Context, row: Wanted): Promise<void> {
  const { database } = context;
  const { serviceRequestId, approvalNumber } = row;
  let { refusalReason, copyNumber } = row;
  const which = sql`service_request_id = ${serviceRequestId} and approval_number = ${approvalNumber}`;
  if (row.state === 'planned') {
    const outcome = await outcomeOf(() => make(context, row, fromJson(RequestedProductSchema, row.product)));
    refusalReason = 'refusal' in outcome ? outcome.refusal.reason : '';
    copyNumber = 'refusal' in outcome ? 0 : outcome.value;
    await database.query(sql`
      update requested_product set state = 'done', refusal_reason = ${refusalReason}, copy_number = ${copyNumber}
      where ${which} and state = 'planned'
    `);
  }
  await report(context, { ...row, refusalReason, copyNumber });
  await database.query(sql`update requested_product set state = 'told' where ${which}`);
}

/** Makes it, and answers the number of a copy. Throws the refusal of what the account does not allow. */
async function make(context: Context, wanted: Wanted, product: RequestedProduct): Promise<number> {
  const { accountId, type } = product;
  const { customerId, serviceRequestId } = wanted;
  const row = await readRow(context.database, accountId);
  const holders = await readHolders(context.database.orm.em.fork(), accountId);
  // To everybody else an account does not exist.
  const holder = holders.find((one) => one.customerId === customerId);
  if (!holder) throw refuse('ACCOUNT_NOT_FOUND');
  if (type === RequestedProductType.STATEMENT_COPY) return makeCopy(context, row, serviceRequestId, product);
  // A card is for whoever holds the account, in whichever role; the rest is the owners' to have.
  if (type !== RequestedProductType.DEBIT_CARD && holder.role !== 'owner') throw refuse('OWNER_REQUIRED');
  const call = ownCall('account', context.log);
  await order(context, wanted, product, call);
  return 0;
}

/** Leaves of a cheque book that nobody has given another number for. */
const LEAVES = 25;

/** Orders what is approved from the RPC of its own, under a key that follows from the approval. */
async function order(
  context: Context,
  { serviceRequestId, approvalNumber, customerId }: Wanted,
  { accountId, type, overdraftLimit }: RequestedProduct,
  call: Call,
): Promise<void> {
  const { method } = AccountService;
  const what = { requestId: ownKey(`wanted/${serviceRequestId}/${approvalNumber}`), accountId };
  switch (type) {
    case RequestedProductType.CHEQUE_BOOK:
      await issueChequeBook(context)(create(method.issueChequeBook.input, { ...what, leafCount: LEAVES }), call);
      return;
    case RequestedProductType.DEBIT_CARD:
      await issueCard(context)(create(method.issueCard.input, { ...what, customerId }), call);
      return;
    case RequestedProductType.OVERDRAFT_LIMIT: {
      const act = context.signable.get(method.setOverdraftLimit.name)?.act;
      if (!act) throw new Error('nothing sets limits');
      const request = { ...what, ...(overdraftLimit && { overdraftLimit }) };
      await act(create(method.setOverdraftLimit.input, request) as never, call);
      return;
    }
    default:
      throw new Error(`nobody makes ${type}`);
  }
}

async function report({ customers, log }: Context, row: Wanted): Promise<void> {
  const { serviceRequestId, approvalNumber: productApprovalNumber, refusalReason, copyNumber } = row;
  const requestId = `${serviceRequestId}/${productApprovalNumber}`;
  const told = { requestId, serviceRequestId, productApprovalNumber, refusalReason };
  try {
    await customers.reportRequestedProduct({ ...told, statementCopyNumber: copyNumber }, ownCall('account', log));
  } catch (error) {
    // Whoever was erased meanwhile is told nothing any more.
    if (!(error instanceof Refusal && error.reason === 'CUSTOMER_ERASED')) throw error;
  }
}

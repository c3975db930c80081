// What customers want of the bank: what a request for it must say, and how it moves on.
import { requireDate } from '#chassis/dates.ts';
import {
  type RequestedProduct,
  RequestedProductState,
  RequestedProductType,
  ServiceRequestKind,
} from '#gen/bank/customer/v1/service_request_pb.ts';
import { refuse } from './refusals.ts';

const { UNSPECIFIED, REQUESTED, APPROVED, FULFILLED, REFUSED } = RequestedProductState;

/** How far the bank is with what is wanted. */
export interface ProductStanding {
  readonly productState: RequestedProductState;
  /** How often it was approved. */
  readonly productApprovalNumber: number;
  readonly productRefusalReason: string;
  readonly statementCopyNumber: number;
}

const NOTHING: ProductStanding = {
  productState: UNSPECIFIED,
  productApprovalNumber: 0,
  productRefusalReason: '',
  statementCopyNumber: 0,
};

/** As it comes. A copy of a statement is approved at once: it tells its owner nothing that they may not read. Refuses PRODUCT_INVALID and DATE_INVALID. */
export function wanted(kind: ServiceRequestKind, product: RequestedProduct | undefined): ProductStanding {
  if ((kind === ServiceRequestKind.PRODUCT) !== (product !== undefined)) throw refuse('PRODUCT_INVALID');
  if (!product) return NOTHING;
  const { type, fromDate, toDate, overdraftLimit } = product;
  const isCopy = type === RequestedProductType.STATEMENT_COPY;
  const isLimit = type === RequestedProductType.OVERDRAFT_LIMIT;
  if ((overdraftLimit !== undefined) !== isLimit) throw refuse('PRODUCT_INVALID');
  if ((fromDate !== '') !== isCopy || (toDate !== '') !== isCopy) throw refuse('PRODUCT_INVALID');
  const day = (name: string, text: string) => requireDate(`product.${name}`, text, refuse);
  if (isCopy && Temporal.PlainDate.compare(day('from_date', fromDate), day('to_date', toDate)) > 0) {
    throw refuse('DATE_INVALID', { field: 'product.to_date' });
  }
  return isCopy
    ? { ...NOTHING, productState: APPROVED, productApprovalNumber: 1 }
    : { ...NOTHING, productState: REQUESTED };
}

/** Approved by staff. Refuses PRODUCT_NOT_REQUESTED and PRODUCT_APPROVED. */
export function approved(standing: ProductStanding): ProductStanding {
  checkNotApproved(standing);
  if (standing.productState === UNSPECIFIED) throw refuse('PRODUCT_NOT_REQUESTED');
  const productApprovalNumber = standing.productApprovalNumber + 1;
  return { ...NOTHING, productState: APPROVED, productApprovalNumber };
}

/** Refuses PRODUCT_APPROVED while it is on its way: nobody can say yet what to answer. */
export function checkNotApproved({ productState }: ProductStanding): void {
  if (productState === APPROVED) throw refuse('PRODUCT_APPROVED');
}

/** Made or refused; undefined where the approval that it is about is settled. */
export function reported(
  standing: ProductStanding,
  said: { readonly approvalNumber: number; readonly refusalReason: string; readonly copyNumber: number },
): ProductStanding | undefined {
  if (standing.productState !== APPROVED || standing.productApprovalNumber !== said.approvalNumber) return undefined;
  const { refusalReason: productRefusalReason, copyNumber: statementCopyNumber } = said;
  const productState = productRefusalReason === '' ? FULFILLED : REFUSED;
  const { productApprovalNumber } = standing;
  return { productState, productApprovalNumber, productRefusalReason, statementCopyNumber };
}

/** The letter about something that is made. */
export function letterOf({ type, fromDate, toDate }: RequestedProduct, copyNumber: number): string {
  if (type === RequestedProductType.STATEMENT_COPY) {
    return `The copy of your statement from ${fromDate} to ${toDate} is ready: copy no. ${copyNumber} of the account.`;
  }
  if (type === RequestedProductType.OVERDRAFT_LIMIT) return 'The overdraft limit of your account is set as you asked.';
  return 'What you asked for is on its way to you.';
}

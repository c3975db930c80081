import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import {
  RequestedProductSchema,
  RequestedProductState,
  RequestedProductType,
  ServiceRequestKind,
} from '#gen/bank/customer/v1/service_request_pb.ts';
import { wanted } from './requested-products.ts';

const { STATEMENT_COPY, OVERDRAFT_LIMIT, CHEQUE_BOOK } = RequestedProductType;
const { PRODUCT, COMPLAINT } = ServiceRequestKind;

describe('What a customer wants', () => {
  type Wish = Exclude<MessageInitShape<typeof RequestedProductSchema>, { $typeName: string }>;
  const days = { fromDate: '2026-01-01', toDate: '2026-01-31' };
  const overdraftLimit = { currencyCode: 'EUR', amount: '100' };
  const cases: [what: string, kind: ServiceRequestKind, wish: Wish | undefined, comes: string][] = [
    ['a copy of days', PRODUCT, { type: STATEMENT_COPY, ...days }, 'APPROVED'],
    ['a cheque book', PRODUCT, { type: CHEQUE_BOOK }, 'REQUESTED'],
    ['another limit', PRODUCT, { type: OVERDRAFT_LIMIT, overdraftLimit }, 'REQUESTED'],
    ['nothing, by a complaint', COMPLAINT, undefined, 'UNSPECIFIED'],
    ['nothing', PRODUCT, undefined, 'PRODUCT_INVALID'],
    ['a cheque book, by a complaint', COMPLAINT, { type: CHEQUE_BOOK }, 'PRODUCT_INVALID'],
    ['a copy without days', PRODUCT, { type: STATEMENT_COPY }, 'PRODUCT_INVALID'],
    ['a copy without a last day', PRODUCT, { type: STATEMENT_COPY, fromDate: '2026-01-01' }, 'PRODUCT_INVALID'],
    ['a cheque book of days', PRODUCT, { type: CHEQUE_BOOK, ...days }, 'PRODUCT_INVALID'],
    ['another limit without one', PRODUCT, { type: OVERDRAFT_LIMIT }, 'PRODUCT_INVALID'],
    ['a copy of no days', PRODUCT, { type: STATEMENT_COPY, ...days, toDate: '2025-12-31' }, 'DATE_INVALID'],
    ['a copy up to no day', PRODUCT, { type: STATEMENT_COPY, ...days, toDate: '2026-02-30' }, 'DATE_INVALID'],
    ['a copy from the year 0', PRODUCT, { type: STATEMENT_COPY, ...days, fromDate: '0000-01-01' }, 'DATE_INVALID'],
  ];
  for (const [what, kind, wish, comes] of cases) {
    it(`that is ${what} comes as ${comes}`, () => {
      expect(outcome(() => wanted(kind, wish && create(RequestedProductSchema, wish)).productState)).to.equal(comes);
    });
  }
});

function outcome(decide: () => RequestedProductState): string {
  try {
    const state = decide();
    return Object.entries(RequestedProductState).find(([, value]) => value === state)?.[0] ?? '';
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { SetLedgerAccountLimitsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Refusal } from './errors.ts';
import { maskedFields } from './mask.ts';

describe('An update mask', () => {
  const schema = SetLedgerAccountLimitsRequestSchema;
  const message = create(schema, { requestId: 'r', floor: { currencyCode: 'EUR', amount: '0' } });
  const masked = (paths?: string[], of = message) => {
    try {
      const mask = paths && { $typeName: 'google.protobuf.FieldMask' as const, paths };
      return maskedFields(schema, of, mask, ['floor', 'ceiling', 'ledgerAccountId']);
    } catch (error) {
      return (error as Refusal).violations.map(({ description }) => description).join();
    }
  };

  it('names the fields that are changed, by the names of the contract or of its JSON', () => {
    expect(masked(['ceiling'])).to.deep.equal(['ceiling']);
    expect(masked(['ledger_account_id', 'floor'])).to.deep.equal(['ledgerAccountId', 'floor']);
    expect(masked(['ledgerAccountId'])).to.deep.equal(['ledgerAccountId']);
  });

  it('may be left out: then what is set is changed', () => {
    expect(masked()).to.deep.equal(['floor']);
    expect(masked([])).to.deep.equal(['floor']);
    expect(masked([], create(schema))).to.equal('There is nothing to change.');
  });

  it('may not name what cannot be changed, or is not there', () => {
    expect(masked(['request_id'])).to.equal('request_id cannot be changed.');
    expect(masked(['floor.amount'])).to.equal('floor.amount cannot be changed.');
    expect(masked(['*'])).to.equal('* cannot be changed.');
    expect(masked(['__proto__'])).to.equal('__proto__ cannot be changed.');
  });
});

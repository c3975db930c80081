import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { CustomerSchema } from '#gen/bank/customer/v1/customer_pb.ts';
import { PostJournalsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { nulViolations } from './nul.ts';

function fields<D extends DescMessage>(schema: D, message: MessageShape<D>): string[] {
  return nulViolations(message, Buffer.from(toBinary(schema, message))).map(({ field }) => field);
}

describe('U+0000 in a request', () => {
  it('is found in every text, by the path of its field', () => {
    const customer = create(CustomerSchema, {
      branchId: 'a\0',
      party: { case: 'person', value: { givenName: '\0', familyName: 'Novák' } },
      address: { lines: ['one', 'two\0'], city: 'Praha' },
      contacts: [{ value: 'a@b.cz' }, { value: '\0' }],
    });
    expect(fields(CustomerSchema, customer)).to.have.members([
      'branch_id',
      'person.given_name',
      'address.lines[1]',
      'contacts[1].value',
    ]);
  });

  it('is found in the keys and values of maps', () => {
    const value = create(PostJournalsRequestSchema, { journals: [{ metadata: { good: 'a\0' } }] });
    expect(fields(PostJournalsRequestSchema, value)).to.have.length(1);
    const key = create(PostJournalsRequestSchema, { journals: [{ metadata: { 'a\0': 'good' } }] });
    expect(fields(PostJournalsRequestSchema, key)).to.deep.equal(['journals[0].metadata']);
  });

  it('is not taken for a zero in bytes', () => {
    const sealed = create(SealedSchema, { partyId: 'cus_1', ciphertext: Buffer.alloc(4) });
    expect(fields(SealedSchema, sealed)).to.deep.equal([]);
  });
});

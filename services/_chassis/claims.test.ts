import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create, fromBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { CustomerService, GetCustomerResponseSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { LedgerService, SetClockRequestSchema, SetClockResponseSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { fingerprintOf, packAnswer, packRefusal, unpackAnswer, unpackRefusal } from './claims.ts';
import { Refusal } from './errors.ts';
import { localKeyring } from './keyring.ts';
import { type Vault, vault } from './sealing.ts';

describe('What a claim keeps', () => {
  let directory: string;
  let sealed: Vault;
  const personal = CustomerService.method.getCustomer;
  const plain = LedgerService.method.setClock;

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-claims-'));
    sealed = vault(await localKeyring(directory));
  });
  after(() => rm(directory, { recursive: true }));

  it('is the answer, sealed under the key of its party when it is personal', async () => {
    const answer = create(GetCustomerResponseSchema, { customer: { customerId: 'cus_1', branchId: 'canary' } });
    const kept = await packAnswer(sealed, personal, answer, 'cus_1');
    expect(kept.includes('canary')).to.equal(false);
    expect(fromBinary(SealedSchema, kept).partyId).to.equal('cus_1');
    expect(await unpackAnswer(sealed, personal, { state: 'done', answer: kept })).to.deep.equal(answer);

    const open = create(SetClockResponseSchema, { clockTime: { seconds: 7n } });
    const keptOpen = await packAnswer(sealed, plain, open, undefined);
    expect(await unpackAnswer(sealed, plain, { state: 'done', answer: keptOpen })).to.deep.equal(open);
  });

  it('is never a personal answer of which nobody has said whose it is', async () => {
    const failure = await packAnswer(sealed, personal, create(GetCustomerResponseSchema), undefined).catch(
      (error: Error) => error,
    );
    expect((failure as Error).message).to.equal('GetCustomer answers personal data and must record whose it is');
  });

  it('is empty once its party was erased, but still says that it was done', async () => {
    const answer = create(GetCustomerResponseSchema, { customer: { customerId: 'cus_2' } });
    const kept = await packAnswer(sealed, personal, answer, 'cus_2');
    for (const name of await readdir(directory, { recursive: true })) {
      if (name.includes(path.sep)) await rm(path.join(directory, name));
    }
    const later = vault(await localKeyring(directory));
    expect(await unpackAnswer(later, personal, { state: 'done', answer: kept })).to.deep.equal(
      create(GetCustomerResponseSchema),
    );
  });

  it('is the refusal, word for word', () => {
    const refusal = new Refusal({ code: 9, reason: 'NO', domain: 'd', message: 'No.', metadata: { balance: '1.00' } });
    expect(unpackRefusal(packRefusal(refusal))).to.deep.include({ code: 9, reason: 'NO', domain: 'd', message: 'No.' });
    expect(unpackRefusal(packRefusal(refusal)).metadata).to.deep.equal({ balance: '1.00' });
  });

  it('is a fingerprint of the content, without its key and without validate_only', () => {
    const key = Buffer.alloc(32, 1);
    const print = (more: object, by = key) =>
      fingerprintOf(by, SetClockRequestSchema, create(SetClockRequestSchema, { requestId: 'a', ...more })).toString(
        'hex',
      );
    expect(print({})).to.have.length(32);
    expect(print({ requestId: 'b', validateOnly: true })).to.equal(print({}));
    expect(print({ clockTime: { seconds: 1n } })).to.not.equal(print({}));
    expect(print({}, Buffer.alloc(32, 2))).to.not.equal(print({}));
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { localKeyring } from '#chassis/keyring.ts';
import { localObjectStore } from '#chassis/object-store.ts';
import { vault } from '#chassis/sealing.ts';
import { StatementSchema } from '#gen/bank/account/v1/statement_pb.ts';
import { keepDocument, readKept, statementKey } from './statement-store.ts';

describe('The documents of statements', () => {
  let folder = '';
  const statement = (iban: string) => create(StatementSchema, { accountId: 'acc_1', statementNumber: 1, iban });
  const open = async () => ({
    vault: vault(await localKeyring(path.join(folder, 'keyring'))),
    objects: localObjectStore(path.join(folder, 'objects')),
  });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'corebank-statements-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are kept once: whoever comes second gets what is there', async () => {
    const store = await open();
    const first = await keepDocument(store, 'cus_1', statement('CZ65'));
    const second = await keepDocument(store, 'cus_1', statement('CZ66'));
    expect(second).to.deep.equal(first);
    expect(await readKept(store, statementKey('acc_1', 1))).to.deep.equal(first);
    expect(await readKept(store, statementKey('acc_1', 2))).to.equal(undefined);
  });

  it('stand there sealed, and are gone with the key of their owner', async () => {
    const store = await open();
    await keepDocument(store, 'cus_1', statement('CZ6508000000192000145399'));
    const bytes = await store.objects.get(statementKey('acc_1', 1));
    expect(bytes?.includes('CZ6508000000192000145399')).to.equal(false);
    await rm(path.join(folder, 'keyring'), { recursive: true });
    const [error] = await Promise.allSettled([readKept(await open(), statementKey('acc_1', 1))]);
    expect(error.status === 'rejected' && error.reason instanceof Refusal && error.reason.reason).to.equal(
      'STATEMENT_ERASED',
    );
  });
});

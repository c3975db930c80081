import { expect } from 'chai';
import { keyFiles, localKeyring } from '#chassis/keyring.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { DataKeyState } from '#gen/bank/security/v1/data_key_pb.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';

const { ACTIVE, NONE } = DataKeyState;

describe('GetDataKeys', () => {
  const bank = useService(security);
  const ask = async (...partyIds: string[]) => (await bank.as('customer').getDataKeys({ partyIds })).dataKeys;

  it('makes a key of its own for every party, once, and answers in order', async () => {
    const [a, b] = [unique('cus'), unique('cus')];
    const first = await ask(a, b);
    expect(first.map(({ partyId, state }) => [partyId, state])).to.deep.equal([
      [a, ACTIVE],
      [b, ACTIVE],
    ]);
    expect(first.map(({ key }) => key.length)).to.deep.equal([32, 32]);
    expect(Buffer.from(first[0]!.key).equals(Buffer.from(first[1]!.key))).to.equal(false);
    expect(await ask(b, a)).to.deep.equal(first.toReversed());
  });

  it('makes one key, however many ask at the same time', async () => {
    const party = unique('cus');
    const all = await Promise.all(Array.from({ length: 20 }, () => ask(party)));
    expect(new Set(all.map(([one]) => Buffer.from(one!.key).toString('hex'))).size).to.equal(1);
  });

  it('makes none when it is only tried', async () => {
    const party = unique('cus');
    const { dataKeys } = await bank.as('account').getDataKeys({ partyIds: [party], validateOnly: true });
    expect(dataKeys[0]).to.include({ partyId: party, state: NONE, keyVersion: 0 });
    expect(await bank.database.query('select from data_key where party_id = $1', [party])).to.have.length(0);
  });

  it('keeps no key in clear', async () => {
    const [made] = await ask(unique('cus'));
    const rows = await bank.database.query<{ row: string }>('select d::text as row from data_key d');
    const text = rows.map(({ row }) => row).join('\n');
    expect(text).to.not.include(Buffer.from(made!.key).toString('hex'));
  });

  it('takes over the key that a party had before security had them', async () => {
    const party = unique('cus');
    const keyring = await localKeyring(`${bank.dataDir}/keyring`);
    const { key } = await keyring.current(party);
    const [taken] = await ask(party);
    expect(Buffer.from(taken!.key).equals(key)).to.equal(true);
    // There is one place of a key, so that destroying it there is enough.
    expect(await keyFiles(`${bank.dataDir}/keyring`).read(party)).to.equal(undefined);
    const [again] = await ask(party);
    expect(Buffer.from(again!.key).equals(key)).to.equal(true);
  });

  it('is for the services that seal, and takes 1 to 500 parties, each once', async () => {
    await refused(bank.as('edge').getDataKeys({ partyIds: ['cus_a'] }), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('reporting').getDataKeys({ partyIds: ['cus_a'] }), 'CALLER_NOT_ALLOWED');
    await refused(ask(), 'REQUEST_INVALID');
    await refused(ask('cus_a', 'cus_a'), 'REQUEST_INVALID');
    await refused(ask(...Array.from({ length: 501 }, (_, index) => `cus_${index}`)), 'REQUEST_INVALID');
  });

  describe('when the key-management system is away', () => {
    const away = useService(security, {
      environment: { KMS: 'vault', KMS_KEY: 'keys', KMS_ADDRESS: 'http://127.0.0.1:9', KMS_TOKEN_FILE: '/dev/null' },
    });

    it('answers so, and keeps nothing', async () => {
      await refused(away.as('account').getDataKeys({ partyIds: ['cus_a'] }), 'KEY_MANAGEMENT_UNAVAILABLE');
      expect(await away.database.query('select from data_key')).to.have.length(0);
    });
  });
});

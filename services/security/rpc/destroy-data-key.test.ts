import { expect } from 'chai';
import { isPassingRefusal } from '#chassis/errors.ts';
import { keyFiles, localKeyring } from '#chassis/keyring.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { DataKeyState } from '#gen/bank/security/v1/data_key_pb.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';

describe('DestroyDataKey', () => {
  const bank = useService(security);
  const officer = staff('COMPLIANCE');
  const executor = { workload: 'security-executor' } as const;
  const compliance = () => bank.asPrincipal({ ...officer, approverId: 'stf_checker' }, executor);
  const stateOf = async (partyId: string) =>
    (await bank.as('customer').getDataKeys({ partyIds: [partyId] })).dataKeys[0];

  it('destroys a key for good, and says so once', async () => {
    const partyId = unique('cus_erased');
    const made = await stateOf(partyId);
    const order = { requestId: unique('destroy'), partyId };
    const answer = await compliance().destroyDataKey(order);
    expect(await compliance().destroyDataKey(order)).to.deep.equal(answer);
    const gone = await stateOf(partyId);
    expect(gone).to.include({ state: DataKeyState.DESTROYED, keyVersion: 0 });
    expect(gone?.key).to.have.length(0);
    const rows = await bank.database.query<{ row: string }>('select d::text as row from data_key d');
    expect(rows.map(({ row }) => row).join()).to.not.include(Buffer.from(made!.key).toString('hex'));
    expect(await eventsOf(bank.database, partyId)).to.deep.equal(['DataKeyDestroyed 1']);
    await refused(compliance().destroyDataKey({ requestId: unique('destroy'), partyId }), 'DATA_KEY_DESTROYED');
  });

  it('sees to it that a party without a key never gets one', async () => {
    const partyId = unique('cus_erased');
    await compliance().destroyDataKey({ requestId: unique('destroy'), partyId });
    expect((await stateOf(partyId))?.state).to.equal(DataKeyState.DESTROYED);
  });

  it('destroys the key of the time before security had them, too', async () => {
    const partyId = unique('cus_erased');
    await (await localKeyring(`${bank.dataDir}/keyring`)).current(partyId);
    await compliance().destroyDataKey({ requestId: unique('destroy'), partyId });
    expect(await keyFiles(`${bank.dataDir}/keyring`).read(partyId)).to.equal(undefined);
    expect((await stateOf(partyId))?.state).to.equal(DataKeyState.DESTROYED);
  });

  it('refuses one who was merged into another, for good: whoever executes it does not ask again', async () => {
    const [partyId, survivor] = [unique('cus_merged'), unique('cus_survivor')];
    await bank.database.query(`insert into merged_party values ('${partyId}', '${survivor}')`);
    const destroyed = compliance().destroyDataKey({ requestId: unique('destroy'), partyId });
    expect(isPassingRefusal(await refused(destroyed, 'CUSTOMER_MERGED'))).to.equal(false);
  });

  it('destroys nothing when it is only tried, and is for two of compliance', async () => {
    const partyId = unique('cus_erased');
    const made = await stateOf(partyId);
    await compliance().destroyDataKey({ requestId: unique('destroy'), partyId, validateOnly: true });
    expect(await stateOf(partyId)).to.deep.equal(made);
    const order = { requestId: unique('destroy'), partyId };
    await refused(bank.asPrincipal(officer).destroyDataKey(order), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(officer, executor).destroyDataKey(order), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('ADMINISTRATOR')).destroyDataKey(order), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('account').destroyDataKey(order), 'CALLER_NOT_ALLOWED');
  });
});

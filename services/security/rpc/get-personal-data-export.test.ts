import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { PersonalDataExportState } from '#gen/bank/security/v1/personal_data_export_pb.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';
import { anExport } from '../testing-exports.ts';

describe('GetPersonalDataExport', () => {
  const bank = useService(security);
  const read = async (exportId: string) =>
    (await bank.asPrincipal(staff('COMPLIANCE')).getPersonalDataExport({ exportId })).personalDataExport;

  it('says where an export stands: over is one whose time has come, whether it was removed yet or not', async () => {
    const ready = await anExport(bank, { state: 'ready' });
    expect(await read(ready.id)).to.include({ customerId: ready.partyId, state: PersonalDataExportState.READY });
    const over = await anExport(bank, { state: 'ready', expireMs: Date.now() - 1 });
    expect(await read(over.id)).to.include({ state: PersonalDataExportState.EXPIRED });
    const failed = await anExport(bank, { state: 'failed' });
    expect(await read(failed.id)).to.include({ state: PersonalDataExportState.FAILED });
    await refused(read('pde_none'), 'PERSONAL_DATA_EXPORT_NOT_FOUND');
    await refused(
      bank.asPrincipal(staff('TELLER')).getPersonalDataExport({ exportId: ready.id }),
      'CALLER_NOT_ALLOWED',
    );
  });

  it('says that nothing can be collected of somebody who was erased', async () => {
    const { id, partyId } = await anExport(bank, { json: '{}' });
    const officer = { ...staff('COMPLIANCE'), approverId: 'stf_checker' };
    const executor = bank.asPrincipal(officer, { workload: 'security-executor' });
    await executor.destroyDataKey({ requestId: unique('destroy'), partyId });
    // As if it had been asked for after that.
    await bank.database.query(
      "update personal_data_export set expire_time = now() + interval '1 day', lease_until = now() where id = $1",
      [id],
    );
    let state: PersonalDataExportState | undefined = PersonalDataExportState.COLLECTING;
    while (state === PersonalDataExportState.COLLECTING) ({ state } = (await read(id)) ?? { state: undefined });
    expect(state).to.equal(PersonalDataExportState.FAILED);
  });
});

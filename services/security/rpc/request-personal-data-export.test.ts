import { expect } from 'chai';
import { customer, refused, staff, useService } from '#chassis/testing/service.ts';
import { PersonalDataExportFormat, PersonalDataExportState } from '#gen/bank/security/v1/personal_data_export_pb.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, aPasskey, asCustomer, provedBy, unique } from '../testing.ts';

// The other services are not there: what is asked for stays to be collected. What comes of it, the journey of it shows.
describe('RequestPersonalDataExport', () => {
  const bank = useService(security);

  it('is asked for by a customer who proves it: one at a time, and nobody else sees it', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const passkey = await aPasskey(bank, customerId);
    const order = { requestId: unique('export'), customerId };
    const ask = () => asCustomer(bank, customerId).requestPersonalDataExport(order);
    const { personalDataExport } = await provedBy(bank, customerId, passkey, ask);
    expect(personalDataExport).to.deep.include({
      customerId,
      state: PersonalDataExportState.COLLECTING,
      authorId: customerId,
    });
    expect((await ask()).personalDataExport).to.deep.equal(personalDataExport);
    const again = () =>
      asCustomer(bank, customerId).requestPersonalDataExport({ requestId: `${order.requestId}-again`, customerId });
    await refused(provedBy(bank, customerId, passkey, again), 'PERSONAL_DATA_EXPORT_UNDER_WAY');
    const exportId = personalDataExport?.exportId ?? '';
    const other = asCustomer(bank, unique('cus_other'));
    await refused(other.getPersonalDataExport({ exportId }), 'PERSONAL_DATA_EXPORT_NOT_FOUND');
    const read = { exportId, format: PersonalDataExportFormat.JSON };
    await refused(other.readPersonalDataExport(read), 'PERSONAL_DATA_EXPORT_NOT_FOUND');
    await refused(other.requestPersonalDataExport({ ...order, requestId: unique('export') }), 'CUSTOMER_NOT_FOUND');
  });

  it('is asked for by staff with somebody else of compliance, and by no workload', async () => {
    const order = { requestId: unique('export'), customerId: unique('cus_asked') };
    const officer = { ...staff('BACK_OFFICE'), approverId: 'stf_checker' };
    const executor = { workload: 'security-executor' } as const;
    const { personalDataExport } = await bank.asPrincipal(officer, executor).requestPersonalDataExport(order);
    expect(personalDataExport?.authorId).to.equal('stf_back_office');
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).requestPersonalDataExport(order), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('TELLER'), executor).requestPersonalDataExport(order), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('customer').requestPersonalDataExport(order), 'CALLER_NOT_ALLOWED');
    const without = bank.asPrincipal(customer(order.customerId));
    await refused(without.requestPersonalDataExport(order), 'STEP_UP_UNAVAILABLE');
  });
});

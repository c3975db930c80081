import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { dump, legible, registered, unique } from '../testing.ts';

describe('AddCustomerNote', () => {
  const bank = useService(customer);
  const teller = () => bank.asPrincipal(staff('TELLER'));
  const note = (customerId: string, text = 'Kanárek sings') => ({ requestId: unique('note'), customerId, text });

  it('writes down what staff say, once, in no clear words, and records it', async () => {
    const customerId = await registered(teller());
    const request = note(customerId);
    const { note: written } = await teller().addCustomerNote(request);
    expect(written).to.deep.include({ noteNumber: 1, authorId: 'stf_teller', text: 'Kanárek sings' });
    expect((await teller().addCustomerNote(request)).note).to.deep.equal(written);
    expect(legible(await dump(bank.database), ['Kanárek'])).to.deep.equal([]);
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal([customerId]);
    expect(record?.after?.partyId).to.equal(customerId);
  });

  it('numbers those of many who write at the same time', async () => {
    const customerId = await registered(teller());
    const many = await Promise.all(Array.from({ length: 20 }, () => teller().addCustomerNote(note(customerId))));
    const numbers = many.map(({ note: written }) => written?.noteNumber ?? 0).toSorted((a, b) => a - b);
    expect(numbers).to.deep.equal(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it('is for staff, about their own customers, also about those who left', async () => {
    const customerId = await registered(teller());
    await refused(bank.asPrincipal(channel(customerId)).addCustomerNote(note(customerId)), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('AUDITOR')).addCustomerNote(note(customerId)), 'CALLER_NOT_ALLOWED');
    const brno = bank.asPrincipal(staffAt('brn_brno', 'TELLER'));
    await refused(brno.addCustomerNote(note(customerId)), 'CUSTOMER_NOT_FOUND');
    await refused(teller().addCustomerNote(note('cus_unknown')), 'CUSTOMER_NOT_FOUND');
    await refused(teller().addCustomerNote(note(customerId, '')), 'REQUEST_INVALID');
    const before = await dump(bank.database);
    await teller().addCustomerNote({ ...note(customerId), validateOnly: true });
    expect(await dump(bank.database)).to.equal(before);
    await bank.asPrincipal(staff('BACK_OFFICE')).deactivateCustomer({ requestId: unique('end'), customerId });
    expect((await teller().addCustomerNote(note(customerId))).note?.noteNumber).to.equal(1);
  });

  it('leaves the service no right to change or remove a note', async () => {
    for (const statement of ['delete from customer_note', 'update customer_note set note_number = 2']) {
      const refusal = await bank.database.query(statement, [], 'runtime').then(String, String);
      expect(refusal, statement).to.include('permission denied');
    }
  });
});

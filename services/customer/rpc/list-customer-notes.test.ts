import { expect } from 'chai';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';

describe('ListCustomerNotes', () => {
  const bank = useService(customer);
  const teller = () => bank.asPrincipal(staff('TELLER'));

  async function withNotes(...texts: readonly string[]): Promise<string> {
    const customerId = await registered(teller());
    for (const text of texts) await teller().addCustomerNote({ requestId: unique('note'), customerId, text });
    return customerId;
  }

  it('lists them to staff, newest first, page by page', async () => {
    const customerId = await withNotes('one', 'two', 'three');
    const first = await bank.asPrincipal(staff('AUDITOR')).listCustomerNotes({ customerId, pageSize: 2 });
    expect(first.notes.map(({ text }) => text)).to.deep.equal(['three', 'two']);
    const rest = { customerId, pageSize: 2, pageToken: first.nextPageToken };
    const second = await bank.asPrincipal(staff('AUDITOR')).listCustomerNotes(rest);
    expect(second.notes.map(({ text, noteNumber }) => [text, noteNumber])).to.deep.equal([['one', 1]]);
    expect(second.nextPageToken).to.equal('');
    await refused(teller().listCustomerNotes({ customerId, pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
  });

  it('shows them to no customer and to no other branch', async () => {
    const customerId = await withNotes('Complains');
    await refused(bank.asPrincipal(channel(customerId)).listCustomerNotes({ customerId }), 'CALLER_NOT_ALLOWED');
    const brno = bank.asPrincipal(staffAt('brn_brno', 'TELLER'));
    await refused(brno.listCustomerNotes({ customerId }), 'CUSTOMER_NOT_FOUND');
    await refused(teller().listCustomerNotes({ customerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
  });

  it('lists none of one whose key was destroyed', async () => {
    const customerId = await withNotes('Complains');
    // Sealed with a key that nobody has: the second of the customer's keys.
    await bank.database.query(
      `update customer_note set text_sealed =
         overlay(text_sealed placing '\\x02' from position('\\x1001'::bytea in text_sealed) + 1)
       where customer_id = $1`,
      [customerId],
    );
    expect((await teller().listCustomerNotes({ customerId })).notes).to.deep.equal([]);
  });
});

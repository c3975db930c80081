import { LockMode } from '@mikro-orm/core';
import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { noteMessage, sealNote } from '../notes.ts';
import { openProfile, warmKey } from '../profile.ts';
import { CustomerNoteRow, CustomerRow } from '../tables.ts';

/** Writes down something about a customer, for staff. */
export function addCustomerNote(context: Context): Rpcs<typeof CustomerService>['addCustomerNote'] {
  const { commands, vault } = context;
  return (request, call) =>
    commands.run(Contract.method.addCustomerNote, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => {
        const { customerId, text } = request;
        // Locked, so that no number is given twice.
        const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
        const customer = await tx.em.findOne(CustomerRow, { id: customerId }, lock);
        if (!customer) throw refuse('CUSTOMER_NOT_FOUND');
        // What is written of who was erased could be read by nobody.
        if (!(await openProfile(vault, customer))) throw refuse('CUSTOMER_DEACTIVATED');
        const last = await tx.em.findOne(CustomerNoteRow, { customerId }, { orderBy: { noteNumber: 'desc' } });
        const row = tx.em.create(CustomerNoteRow, {
          customerId,
          noteNumber: (last?.noteNumber ?? 0) + 1,
          authorId: call.principal?.partyId ?? '',
          textSealed: await sealNote(vault, customerId, text),
          createTime: new Date(),
        });
        // Written with this command, so that the next one of the batch finds its number.
        tx.em.persist(row);
        const { noteNumber } = row;
        tx.record({ resourceIds: [customerId], partyId: customerId, after: { noteNumber, text } });
        return { note: noteMessage(row, text) };
      },
    });
}

import type { Call } from '#chassis/call-context.ts';
import { refuseCall } from '#chassis/errors.ts';
import { maskedFields } from '#chassis/mask.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type AccountService,
  AccountService as Contract,
  type UpdateAccountRequest,
  UpdateAccountRequestSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { type Details, openDetails, readHolders, readRow, sealDetails } from '../accounts.ts';
import { applyChange, lockFree, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { statementFrequencies } from '../domain/words.ts';
import { publishUpdated } from '../events.ts';
import { overMandate } from '../signed-changes.ts';
import type { AccountRow } from '../tables.ts';

const MUTABLE = ['displayName', 'statementFrequency'] as const;

/** Changes what an account's owners may choose. The ledger need not know. */
export function updateAccount(context: Context): Rpcs<typeof AccountService>['updateAccount'] {
  const check = ({ state }: Pick<AccountRow, 'state'>) => {
    if (state === 'closed') throw refuse('ACCOUNT_CLOSED');
    if (state === 'escheated') throw refuse('ACCOUNT_ESCHEATED');
  };
  return overMandate(context, { method: Contract.method.updateAccount, action: 'change', check }, (request, call) =>
    whenFree(call, () => update(context, request, call)),
  );
}

function update(context: Context, request: UpdateAccountRequest, call: Call) {
  const fields = maskedFields(UpdateAccountRequestSchema, request, request.updateMask, MUTABLE);
  return context.commands.run(Contract.method.updateAccount, request, call, {
    prepare: async () => {
      const row = await readRow(context.database, request.accountId);
      const before = await openDetails(context.vault, row);
      const after = fields.includes('displayName')
        ? { ...before, displayName: await nameOf(context, request, row) }
        : before;
      return { version: row.version, before, after, sealed: await sealed(context, row.partyId, before, after) };
    },
    decide: async (tx, { version, before, after, sealed: details }) => {
      const row = await lockFree(tx, request.accountId);
      if (row.state === 'closed') throw refuse('ACCOUNT_CLOSED');
      if (row.state === 'escheated') throw refuse('ACCOUNT_ESCHEATED');
      if (request.etag !== '' && request.etag !== String(row.version)) throw refuseCall('ETAG_MISMATCH');
      // Another change came in between, so that what was opened and sealed may be of yesterday: once more, from the start.
      if (row.version !== version) throw refuse('ACCOUNT_BUSY');
      const holders = await readHolders(tx.em, row.id);
      const account = applyChange(tx, row, {
        holders,
        before,
        after,
        apply: () => {
          if (details) row.details = details;
          if (fields.includes('statementFrequency')) row.statementFrequency = frequencyOf(request);
          return publishUpdated;
        },
      });
      return { account };
    },
  });
}

/** An account whose holders call it nothing is called as its product. */
async function nameOf(context: Context, request: UpdateAccountRequest, row: { productId: string }): Promise<string> {
  return request.displayName || (await context.catalogue.newest(row.productId)).displayName;
}

function frequencyOf({ statementFrequency }: UpdateAccountRequest) {
  return statementFrequency ? statementFrequencies.word(statementFrequency) : 'monthly';
}

async function sealed(context: Context, partyId: string, before: Details, after: Details) {
  return after === before ? undefined : sealDetails(context.vault, partyId, after);
}

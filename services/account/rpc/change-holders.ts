import { actorOf } from '#chassis/call-context.ts';
import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { openDetails, readAccount, readHolders, sealDetails } from '../accounts.ts';
import { applyChange, lockFree, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { checkHolderChange, checkRoles, checkStandings } from '../domain/holders.ts';
import { checkInUse } from '../domain/life.ts';
import { refuse } from '../domain/refusals.ts';
import { accountTypes, holderRoles } from '../domain/words.ts';
import { publishHoldersChanged } from '../events.ts';
import { deleteHolders, insertHolderChange, insertHolders } from '../holder-changes.ts';
import { peopleFrom, selectPeople } from '../people-tables.ts';
import { renamePots } from '../pot-tables.ts';
import { resealPotNames } from '../pots.ts';
import { judgeAllAnew } from '../signatures.ts';
import { checkTiers, keepTiers } from '../tiers.ts';

/** Changes who holds an account, and seals what is personal about it under the first owner's key. */
export function changeHolders(context: Context): Rpcs<typeof AccountService>['changeHolders'] {
  const { clock, commands, standings, vault } = context;
  return (request, call) =>
    whenFree(call, () =>
      commands.run(Contract.method.changeHolders, request, call, {
        prepare: async () => {
          const { row, details } = await readAccount(context, request.accountId);
          const type = request.type ? accountTypes.word(request.type) : row.type;
          const holders = request.holders.map(({ customerId, role }) => ({ customerId, role: holderRoles.word(role) }));
          const partyId = checkRoles(type, holders);
          const ids = holders.map(({ customerId }) => customerId);
          const known = await standings(ids, call);
          checkStandings({ type, migrating: false }, holders, known);
          const product = await context.catalogue.version(row.productId, row.productVersion);
          await checkTiers(context, product.type, holders, known);
          await Promise.all([vault.ready(row.partyId), vault.ready(partyId)]);
          const { openDate } = await clock.read();
          const sealed = await sealDetails(vault, partyId, details);
          const potNames = await resealPotNames(context, request.accountId, partyId);
          return { type, holders, known, partyId, sealed, potNames, version: row.version, today: openDate.toString() };
        },
        decide: async (tx, { type, holders, known, partyId, sealed, potNames, version, today }) => {
          const row = await lockFree(tx, request.accountId);
          checkInUse(row.state);
          if (request.etag !== '' && request.etag !== String(row.version)) throw refuseCall('ETAG_MISMATCH');
          // What was sealed anew may be of yesterday.
          if (row.version !== version) throw refuse('ACCOUNT_BUSY');
          const before = (await readHolders(tx.em, row.id)).map(({ customerId, role }) => ({ customerId, role }));
          checkHolderChange({ type: row.type, holders: before }, { type, holders });
          const details = await openDetails(vault, row);
          if (potNames.length > 0) await tx.execute(renamePots(potNames));
          await keepTiers(tx, known);
          await tx.execute(deleteHolders(row.id));
          await tx.execute(insertHolders(row.id, holders));
          const { partyId: authorId, approverId } = actorOf(call);
          await tx.execute(
            insertHolderChange({
              accountId: row.id,
              version: row.version + 1,
              before,
              after: holders,
              businessDate: today,
              authorId,
              approverId,
            }),
          );
          const account = applyChange(tx, row, {
            holders,
            holdersBefore: before,
            before: details,
            after: details,
            apply: (its) => {
              its.type = type;
              its.partyId = partyId;
              its.details = sealed;
              return publishHoldersChanged;
            },
          });
          const [raw] = await tx.query(selectPeople([row.id], today));
          if (raw) await judgeAllAnew(tx, row, peopleFrom(raw), today);
          return { account };
        },
      }),
    );
}

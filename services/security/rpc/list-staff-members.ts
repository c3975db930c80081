import type { Rpcs } from '#chassis/serve.ts';
import { ListStaffMembersRequestSchema, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { shownStaff } from '../staff.ts';
import { selectStaffMembers } from '../staff-tables.ts';

/** Lists the bank's staff. */
export function listStaffMembers(context: Context): Rpcs<typeof SecurityService>['listStaffMembers'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListStaffMembersRequestSchema, request);
    const rows = await database.query(selectStaffMembers(after?.[0] ?? '', size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      staffMembers: await Promise.all(page.map((row) => shownStaff(context, row))),
      nextPageToken: rows.length > size && last ? pages.next(ListStaffMembersRequestSchema, request, [last.id]) : '',
    };
  };
}

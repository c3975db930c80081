// How the connection to the scheme is, and the switch that takes it out of service.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { SchemeStatusSchema } from '#gen/bank/integration/v1/scheme_pb.ts';
import type { Context } from './context.ts';
import { selectStatus, setSwitch } from './scheme-tables.ts';

/** The message of how it is. */
export async function statusMessage(
  { scheme }: Pick<Context, 'scheme'>,
  { query }: Pick<CommandTx, 'query'>,
): Promise<MessageInitShape<typeof SchemeStatusSchema>> {
  const [row] = await query(selectStatus());
  if (!row) throw new Error('the switch of the scheme is gone');
  return {
    suspended: row.suspended,
    suspendReason: row.reason,
    circuitOpen: scheme?.isLeftAlone() ?? false,
    queuedCount: row.queued,
    unansweredCount: row.unanswered,
    deadCount: row.dead,
    ...(row.lastMs !== null && { lastAnswerTime: timestampFromMs(row.lastMs) }),
  };
}

/** Turns the switch, for whoever of the staff calls, and answers how it is then. */
export async function turn(context: Context, tx: CommandTx, call: Call, suspended: boolean, reason: string) {
  await tx.execute(setSwitch(suspended, reason));
  tx.record({ resourceIds: ['scheme'], partyId: call.principal?.partyId ?? '' });
  return { schemeStatus: await statusMessage(context, tx) };
}

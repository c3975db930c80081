import { clone, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { checkGrants, valuesAt } from '#chassis/access.ts';
import { type Call, packCall } from '#chassis/call-context.ts';
import { unpackRefusal } from '#chassis/claims.ts';
import type { CommandRequest } from '#chassis/command.ts';
import { asBuffer } from '#chassis/encode.ts';
import { refuseCall } from '#chassis/errors.ts';
import { refusalMessage } from '#chassis/grpc.ts';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type Rule, rulesByPath } from '#gen/bank/rules.ts';
import {
  SecurityService as Contract,
  type SecurityService,
  type SubmitForApprovalRequest,
} from '#gen/bank/security/v1/security_service_pb.ts';
import { insertApproval, selectApproval, selectByCall } from '../approval-tables.ts';
import { callerOf, REQUEST_CONTEXT, RESPONSE_CONTEXT, sealed, sealedIn } from '../approvals.ts';
import type { Context } from '../context.ts';
import { APPROVAL_HOURS, snapshotOf, stateAt, stateWord } from '../domain/approval.ts';
import { refuse } from '../domain/refusals.ts';
import { approvalSubmitted } from '../events.ts';

/** Keeps a call until somebody else has decided on it, and answers what became of one that was kept before. */
export function submitForApproval(context: Context): Rpcs<typeof SecurityService>['submitForApproval'] {
  return async (request, call) => {
    const maker = callerOf(call);
    const asked = readAsked(context, request, call);
    const [known] = await context.database.query(selectByCall(maker.partyId, asked.rpc, request.requestId));
    // One key for each RPC, as at the services; of the content only what it says, however it was written.
    const keyed = { ...request, requestId: `${asked.rpc} ${request.requestId}`, request: asked.bytes };
    const answer = await context.commands.run(Contract.method.submitForApproval, keyed, call, {
      prepare: async () => (known ? undefined : prepare(context, asked, call)),
      decide: async (tx, prepared) => {
        // It was there when it was looked for: the claim answers, and this is never reached.
        if (!prepared) throw refuseCall('IN_PROGRESS');
        const { tried, row } = prepared;
        tx.record({ resourceIds: [row.id], partyId: maker.partyId, requestId: request.requestId });
        if (request.validateOnly) return { response: tried };
        await tx.execute(insertApproval({ ...row, requestId: request.requestId }));
        approvalSubmitted(tx, row);
        return { approvalId: row.id };
      },
    });
    return answer.approvalId === '' ? answer : outcome(context, answer.approvalId, call);
  };
}

interface Asked {
  readonly rpc: string;
  readonly rule: Rule;
  readonly approvers: readonly string[];
  readonly message: Message;
  readonly bytes: Buffer;
  /** The same request, only to be tried. */
  readonly trial: Buffer;
}

/** Reads a request by its own contract. Refuses RPC_UNKNOWN, MESSAGE_UNREADABLE, CALLER_NOT_ALLOWED, FOUR_EYES_NOT_NEEDED. */
function readAsked({ executor }: Context, { rpc, requestId, request }: SubmitForApprovalRequest, call: Call): Asked {
  const { input } = executor.method(rpc);
  const rule = rulesByPath.get(rpc);
  if (!rule) throw refuseCall('RPC_UNKNOWN');
  const grant = checkGrants(rule, call.principal);
  if (!grant.fourEyes) throw refuse('FOUR_EYES_NOT_NEEDED');
  const message = readMessage();
  const written = (validateOnly: boolean) => {
    const one = clone(input, message) as Message & { -readonly [K in keyof CommandRequest]: CommandRequest[K] };
    one.requestId = requestId;
    one.validateOnly = validateOnly;
    return asBuffer(toBinary(input, one));
  };
  return { rpc, rule, approvers: grant.approvers, message, bytes: written(false), trial: written(true) };

  function readMessage(): Message {
    try {
      return fromBinary(input, request);
    } catch {
      throw refuseCall('MESSAGE_UNREADABLE');
    }
  }
}

/** Tries the call at its service, which may refuse it, and makes what is to be kept of it. */
async function prepare(context: Context, asked: Asked, call: Call) {
  const { rpc, rule, approvers, message, bytes, trial } = asked;
  const { partyId: makerId, branchId } = callerOf(call);
  const createTime = await context.executor.now(call);
  const tried = await context.executor.send(rpc, trial, call);
  const row = {
    id: newId('apr'),
    rpc,
    makerId,
    branchId,
    call: await packCall(context.vault, call),
    approvers,
    rule: snapshotOf(rpc),
    request: await sealed(context, partyIn(rule, message) ?? makerId, REQUEST_CONTEXT, bytes),
    createTime,
    expireTime: new Date(createTime.getTime() + APPROVAL_HOURS * 3_600_000),
  };
  return { tried, row };
}

/** The customer whose data a request holds, where it names one: erasing them erases it. */
function partyIn({ ids }: Rule, message: Message): string | undefined {
  const named = ids.filter(({ kind }) => kind === 'CUSTOMER').flatMap(({ path }) => valuesAt(message, path));
  return named.find((id): id is string => typeof id === 'string' && id !== '');
}

/** What became of a call. */
async function outcome(context: Context, approvalId: string, call: Call) {
  const [row] = await context.database.query(selectApproval(approvalId));
  if (!row) throw new Error(`${approvalId} is claimed, and not there`);
  const now = row.state === 'pending' ? await context.executor.now(call) : new Date(row.createMs);
  const state = stateAt(row, now.getTime());
  const kept = row.outcome ?? Buffer.alloc(0);
  return {
    approvalId,
    state: stateWord(state),
    // Nothing, once the key of the party was destroyed: that it was done is all that is left to tell.
    ...(state === 'executed' && {
      response: (await context.vault.open(sealedIn(kept), RESPONSE_CONTEXT)) ?? kept.subarray(0, 0),
    }),
    ...(state === 'failed' && { refusal: refusalMessage(unpackRefusal(kept)) }),
  };
}

// Changes of accounts that customers ask for and others have to sign too. One that its maker may make alone is made as ever; any
// other is kept, sealed, and made under a key of its own once enough have signed: whoever dies over it, it is one command.
import {
  create,
  type DescMethodUnary,
  fromBinary,
  fromJson,
  type JsonValue,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { type Call, ownCall } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import { attempt, type CommandRequest, orThrow } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import { outcomeOf } from '#chassis/order.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { accountMessage, openDetails, readHolders, readRow } from './accounts.ts';
import { whenFree } from './changes.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import type { Standing } from './domain/standing.ts';
import { standingOf } from './domain/standing.ts';
import type { MandateAction } from './domain/words.ts';
import { readPeople } from './people.ts';
import {
  markCarriedOut,
  type RequestRow,
  requestFrom,
  selectDue,
  selectRequests,
  selectUnjudged,
} from './signature-tables.ts';
import { askForSignatures, daysOf, judgeAnew, lockRequest, recordRequest, requestMessage } from './signatures.ts';
import type { AccountRow } from './tables.ts';

const CONTEXT = 'account.signed-request';

type ChangeRequest = CommandRequest & { readonly accountId: string };

/** A change that can be signed for: its RPC, what the mandate calls it, and whether it could be made now. */
export interface Signable<M extends DescMethodUnary> {
  readonly method: M;
  readonly action: MandateAction;
  readonly check: (row: AccountRow) => void;
  /** The account that money goes to by it, which the signatories have to know; empty where there is none. */
  readonly creditor?: (request: MessageShape<M['input']>) => string;
}

type Act<M extends DescMethodUnary> = (
  request: MessageShape<M['input']>,
  call: Call,
) => Promise<MessageInitShape<M['output']>>;

/** What the bank can carry out in somebody's name, e.g. once it is signed, by the name of its RPC. */
export type SignableRpcs = Map<string, { readonly method: DescMethodUnary; readonly act: Act<never> }>;

/** Makes a change at once, or keeps it until enough have signed; and says which in its answer. */
export function overMandate<M extends DescMethodUnary>(
  context: Context,
  { method, action, check, creditor }: Signable<M>,
  act: Act<M>,
): Act<M> {
  context.signable.set(method.name, { method, act: act as Act<never> });
  return async (request, call) => {
    const { accountId } = request as MessageShape<M['input']> & ChangeRequest;
    if (call.principal?.audience !== Audience.CHANNEL) return act(request, call);
    const standing = await attempt(() => standingOn(context, accountId, action, call));
    if ('value' in standing && standing.value.kind === 'ALONE') return act(request, call);
    return whenFree(call, () =>
      context.commands.run(method, request as MessageShape<M['input']> & CommandRequest, call, {
        prepare: async () => {
          orThrow(standing);
          const row = await readRow(context.database, accountId);
          const bytes = toBinary(method.input, request as never);
          return { days: await daysOf(context), sealed: await context.vault.seal(row.partyId, CONTEXT, bytes) };
        },
        decide: async (tx, { days, sealed }) => {
          const asked = {
            id: newId('sgr'),
            action,
            transactionId: null,
            creditorAccountId: creditor?.(request) || null,
            amount: 0n,
            rpc: method.name,
            request: Buffer.from(toBinary(SealedSchema, sealed)),
          };
          const { account: row, request: kept } = await askForSignatures(tx, accountId, asked, call, days, check);
          recordRequest(tx, row, kept);
          const account = await messageOf(context, row, await readHolders(tx.em, accountId));
          return { account, signatureRequestId: kept.id } as never;
        },
      }),
    ) as Promise<MessageInitShape<M['output']>>;
  };
}

async function messageOf(
  { vault }: Context,
  row: AccountRow,
  holders: Parameters<typeof accountMessage>[1],
): Promise<Account> {
  return accountMessage(row, holders, await openDetails(vault, row));
}

async function standingOn(
  context: Context,
  accountId: string,
  action: MandateAction,
  { principal }: Call,
): Promise<Standing> {
  const { date, people } = await readPeople(context, [accountId]);
  const its = people.get(accountId);
  if (!its) throw refuse('ACCOUNT_NOT_FOUND');
  return standingOf(its, principal?.partyId ?? '', { action, amount: 0n, date });
}

const AT_ONCE = 100;

/** Makes a function that carries out what is signed, and judges what waits as it is on the bank's new day. */
export function tendSignatures(context: Context): () => Promise<void> {
  return async () => {
    for (const raw of await context.database.query(selectDue(AT_ONCE))) {
      await alone(context, raw.id, () => carryOut(context, requestFrom(raw)));
    }
    const { today } = await daysOf(context);
    for (const { id } of await context.database.query(selectUnjudged(today, AT_ONCE))) {
      await alone(context, id, () => judge(context, id, today));
    }
  };
}

/** What cannot be done for one request is tried again, and holds up no other. */
async function alone({ log }: Context, signatureRequestId: string, work: () => Promise<void>): Promise<void> {
  await work().catch((err: unknown) => log.warn({ err, signatureRequestId }, 'what is signed has to wait'));
}

async function carryOut(context: Context, row: RequestRow): Promise<void> {
  const known = context.signable.get(row.rpc ?? '');
  const bytes = await context.vault.open(fromBinary(SealedSchema, row.request ?? Buffer.alloc(0)) as Sealed, CONTEXT);
  if (!known) throw new Error(`${row.rpc} is nothing that can be signed`);
  // Of whoever was erased nothing is left to be changed.
  if (!bytes) return void (await context.database.query(markCarriedOut(row, 'ACCOUNT_NOT_FOUND')));
  const requestId = ownKey(`signed/${row.id}`);
  const request = { ...(fromBinary(known.method.input, bytes) as object), requestId, etag: '' };
  const call = { ...ownCall('account', context.log), principal: fromJson(ActorSchema, row.maker as JsonValue) };
  const outcome = await outcomeOf(() => known.act(create(known.method.input, request as never) as never, call));
  await context.database.query(markCarriedOut(row, 'refusal' in outcome ? outcome.refusal.reason : ''));
}

async function judge(context: Context, id: string, today: string): Promise<void> {
  const method = AccountService.method.withdrawSignatureRequest;
  const request = create(method.input, { requestId: `judged/${id}/${today}`, signatureRequestId: id });
  await context.commands.run(method, request, ownCall('account', context.log), {
    decide: async (tx) => {
      const { account, request: row, people } = await lockRequest(tx, id, today);
      const now = row.state === 'open' ? await judgeAnew(tx, account, row, people, today) : row;
      recordRequest(tx, account, now);
      return { signatureRequest: requestMessage(now) };
    },
  });
}

/** Reads a request as it is now. Refuses SIGNATURE_REQUEST_NOT_FOUND. */
export async function readRequest({ database }: Pick<Context, 'database'>, id: string): Promise<RequestRow> {
  const [raw] = await database.query(selectRequests([id]));
  if (!raw) throw refuse('SIGNATURE_REQUEST_NOT_FOUND');
  return requestFrom(raw);
}

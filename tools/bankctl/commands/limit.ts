// How much, and how often, money may be ordered away.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create, fromJsonString, type MessageShape } from '@bufbuild/protobuf';
import {
  type CustomerLimit,
  LimitChannel,
  LimitPeriod,
  type LimitSet,
  LimitSubject,
  PayeeClass,
} from '#gen/bank/transaction/v1/limit_pb.ts';
import {
  ListLimitSetsResponseSchema,
  ListLimitsResponseSchema,
  LowerLimitResponseSchema,
  PublishLimitSetRequestSchema,
  PublishLimitSetResponseSchema,
  RaiseLimitResponseSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

const OFFICER = { otherwise: 'staff:compliance' };
const commandOf = ({ requestId = randomUUID(), validateOnly = false }: WriteOptions) => ({ requestId, validateOnly });

/** Lists versions of the bank's limits. */
export async function listSets({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank(OFFICER).client(TransactionService);
  const limitSets: LimitSet[] = [];
  for await (const page of pagesOf((asked) => service.listLimitSets(asked), limit)) limitSets.push(...page.limitSets);
  const answer = create(ListLimitSetsResponseSchema, { limitSets });
  await out.message(ListLimitSetsResponseSchema, answer, () => setsText(limitSets));
}

/** Puts the limits of a file in force. */
export async function publishSet({ bank, out }: Session, options: WriteOptions, file = ''): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw usage(`There is no file ${file} that can be read.`);
  });
  const request = { ...readRequest(file, text), ...commandOf(options) };
  const answer = await bank(OFFICER).client(TransactionService).publishLimitSet(request);
  await out.message(PublishLimitSetResponseSchema, answer, () => setsText(answer.limitSet ? [answer.limitSet] : []));
}

function readRequest(file: string, text: string): MessageShape<typeof PublishLimitSetRequestSchema> {
  try {
    return fromJsonString(PublishLimitSetRequestSchema, text);
  } catch (error) {
    throw usage(`The file ${file} holds no limits: ${(error as Error).message}`);
  }
}

/** Lists the limits of who asks. */
export async function listLimits({ bank, out }: Session): Promise<void> {
  const answer = await bank().client(TransactionService).listLimits({});
  await out.message(ListLimitsResponseSchema, answer, () => limitsText(answer.limits));
}

/** Lowers a limit of who asks. */
export async function lowerLimit(session: Session, options: WriteOptions, code = '', amount = '', currencyCode = '') {
  const { bank, out } = session;
  const request = { ...commandOf(options), code, amount: { currencyCode, amount } };
  const answer = await bank().client(TransactionService).lowerLimit(request);
  await out.message(LowerLimitResponseSchema, answer, () => limitsText(answer.limit ? [answer.limit] : []));
}

/** Raises a limit of who asks. */
export async function raiseLimit(session: Session, options: WriteOptions, code = '', amount = '', currencyCode = '') {
  const { bank, out } = session;
  const request = { ...commandOf(options), code, amount: { currencyCode, amount } };
  const answer = await bank().client(TransactionService).raiseLimit(request);
  await out.message(RaiseLimitResponseSchema, answer, () => limitsText(answer.limit ? [answer.limit] : []));
}

function setsText(sets: readonly LimitSet[]): Promise<string> {
  return table(
    ['version', 'limit', 'of', 'over', 'way', 'payee', 'amount', 'count', 'published by', 'approved by'],
    sets.flatMap(({ version, limits, authorId, approverId }) =>
      limits.map((one) => [
        String(version),
        one.code,
        word(LimitSubject, one.subject),
        word(LimitPeriod, one.period),
        one.channel ? word(LimitChannel, one.channel) : '',
        one.payeeClass ? word(PayeeClass, one.payeeClass) : '',
        money(one.amount),
        one.count ? String(one.count) : '',
        authorId,
        approverId,
      ]),
    ),
    ['amount', 'count'],
  );
}

function limitsText(limits: readonly CustomerLimit[]): Promise<string> {
  return table(
    ['limit', 'over', 'bank', 'own', 'raised to', 'from', 'used', 'orders'],
    limits.map(({ limit, ownAmount, nextAmount, nextTime, usedAmount, usedCount }) => [
      limit?.code ?? '',
      word(LimitPeriod, limit?.period ?? 0),
      money(limit?.amount),
      money(ownAmount),
      money(nextAmount),
      nextTime ? time(nextTime) : '',
      money(usedAmount),
      String(usedCount),
    ]),
    ['bank', 'own', 'raised to', 'used', 'orders'],
  );
}

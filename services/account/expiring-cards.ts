// The step of the end of a day that ends the cards whose last day it was. Each is a command of its own, under a key made of
// the card, so that it happens once, whoever dies over it.
import { create } from '@bufbuild/protobuf';
import { ownCall } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { selectExpiring } from './card-tables.ts';
import { cardLocked, changeCard, readCard } from './cards.ts';
import type { Context } from './context.ts';
import type { StepRun } from './day-steps.ts';

const PAGE = 200;

/** Ends what expires with the day, page by page. */
export async function expireCards(context: Context, run: StepRun): Promise<void> {
  const day = run.date.toString();
  for (let after = run.cursor; ; ) {
    const page = await context.database.query(selectExpiring(day, after, PAGE));
    const last = page.at(-1);
    if (!last) return;
    await Promise.all(page.map(({ id }) => expireOne(context, id, day)));
    after = last.id;
    await run.advance(async () => ({ cursor: last.id, count: page.length }));
    if (page.length < PAGE) return;
  }
}

async function expireOne(context: Context, cardId: string, day: string): Promise<void> {
  const method = AccountService.method.blockCard;
  const request = create(method.input, { requestId: ownKey(`expire/${cardId}`), cardId });
  await readCard(context, cardId);
  await context.commands.run(method, request, ownCall('account', context.log), {
    decide: async (tx) => {
      const row = await cardLocked(tx, cardId);
      const isOver = row.expiryDate <= day && row.state !== 'replaced' && row.state !== 'expired';
      if (isOver) await changeCard(tx, row, { state: 'expired', blockReason: null, activated: row.activated });
      return {};
    },
  });
}

// Journals of two legs, posted by the transaction service's identity, straight at the ledger.
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Client } from '#chassis/call.ts';
import { deriveId, newId } from '#chassis/id.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import {
  LedgerService,
  PostJournalsRequestSchema,
  PostJournalsResponseSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { asTransaction } from '../ledger.ts';
import type { Spread } from '../spread.ts';
import { slot, type Template, template } from '../template.ts';
import { openWire, type Wire } from '../wire.ts';
import type { KnownWorld } from '../world.ts';
import type { Target } from './measurement.ts';

const POST_JOURNALS = `/${LedgerService.typeName}/${LedgerService.method.postJournals.name}`;
const AMOUNT = { currencyCode: 'CZK', amount: '1.00' };

/** A request of so many journals. Its ids: journal, debited and credited account, one journal after the other. */
export function postingTemplate(count: number): Template {
  const journals = Array.from({ length: count }, (_, index) => ({
    journalId: slot('jnl', index),
    kind: JournalKind.TRANSFER,
    legs: [
      { ledgerAccountId: slot('lac', 2 * index), side: Side.DEBIT, amount: AMOUNT },
      { ledgerAccountId: slot('lac', 2 * index + 1), side: Side.CREDIT, amount: AMOUNT },
    ],
  }));
  const slots = journals.flatMap(({ journalId, legs }) => [journalId, ...legs.map((leg) => leg.ledgerAccountId)]);
  return template(PostJournalsRequestSchema, { journals }, slots);
}

/** Posts so many journals with each call. Whatever is refused is an error. */
export async function ledgerPosting(world: KnownWorld, accounts: Spread, count: number): Promise<Target> {
  const request = postingTemplate(count);
  const wire = openLedgerWire(world);
  const idOf = (index: number): string => world.ledgerAccountIds[index] ?? '';
  return {
    async work() {
      const ids = Array.from({ length: count }, () => {
        const { debtor, creditor } = accounts.pair();
        return [newId('jnl'), idOf(debtor), idOf(creditor)];
      }).flat();
      const bytes = await wire.call(POST_JOURNALS, request(ids));
      const { outcomes } = fromBinary(PostJournalsResponseSchema, bytes);
      const refused = outcomes.find(({ result }) => result.case !== 'posted');
      if (refused) throw new Error(`refused: ${JSON.stringify(refused.result.value)}`);
      return outcomes.map(({ journalId }) => journalId);
    },
    close: wire.close,
  };
}

/** Connections to the ledger as the transaction service. */
export function openLedgerWire({ dataDir, ledgerAddress }: KnownWorld): Wire {
  return openWire(ledgerAddress, asTransaction(dataDir));
}

/** How long the ledger's answer to one transfer is: of what would be posted between the first two accounts. */
export async function postingAnswerBytes(
  ledger: Client<typeof LedgerService>,
  [first = '', second = '']: readonly string[],
): Promise<number> {
  const legs = [
    { ledgerAccountId: deriveId('lac', first), side: Side.DEBIT, amount: AMOUNT },
    { ledgerAccountId: deriveId('lac', second), side: Side.CREDIT, amount: AMOUNT },
  ];
  const journals = [{ journalId: newId('jnl'), kind: JournalKind.TRANSFER, legs }];
  const answer = await ledger.postJournals({ journals, validateOnly: true });
  if (answer.outcomes[0]?.result.case !== 'posted') throw new Error('the ledger would not post');
  return toBinary(PostJournalsResponseSchema, answer).length;
}

// Claims of the items of a batch RPC: each item has a key of its own, and its outcome stays, whichever call brought it.
// Here they are looked up and written for all items of a call at once.
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import {
  type Claim,
  fingerprintsOf,
  insertClaims,
  lockClaims,
  packRefusal,
  selectClaims,
  unpackAnswer,
} from './claims.ts';
import { type Commands, type CommandTx, checked } from './command.ts';
import { asBuffer, toBinaries } from './encode.ts';
import { Refusal, refuseCall } from './errors.ts';

/** What became of an item: what a call with this item alone would have been answered, or its refusal. */
export type ItemOutcome<M extends DescMethodUnary> =
  | { readonly response: MessageInitShape<M['output']> }
  | { readonly refusal: Refusal };

/** An item's key, and the keyed hash of its content. */
export interface KeyedItem {
  readonly key: string;
  readonly fingerprint: Buffer;
}

/** The claims of the items of one batch RPC. */
export interface ItemClaims<M extends DescMethodUnary, D extends DescMessage> {
  /** The keyed hashes of the items' contents, in their order. */
  fingerprints(items: readonly MessageShape<D>[]): Buffer[];
  /** What became of those items that were brought before, by key. Of one with other content: REQUEST_EXISTS. */
  known(items: readonly KeyedItem[]): Promise<Map<string, ItemOutcome<M>>>;
  /**
   * Writes what became of items, while the order that brought them settles. Answers those that another call settled
   * first: theirs is the other call's outcome, and nothing more may be written of them.
   */
  settle(
    tx: CommandTx,
    items: readonly (KeyedItem & { readonly outcome: ItemOutcome<M> })[],
  ): Promise<Map<string, ItemOutcome<M>>>;
}

/**
 * Makes the claims of a batch RPC whose answers are not personal. `owner` is whose keys they are: a key stands for one
 * thing, whoever of them brings it.
 */
export function itemClaims<M extends DescMethodUnary, D extends DescMessage>(
  { database, vault, fingerprintKey }: Commands,
  rpc: { method: M; item: D; owner: string },
): ItemClaims<M, D> {
  const { method, owner } = rpc;
  const keysOf = (items: readonly KeyedItem[]) =>
    items.map(({ key }) => ({ rpc: method.name, owner, requestId: key, settles: false }));

  async function outcomesOf(
    claims: readonly Claim[],
    items: readonly KeyedItem[],
  ): Promise<Map<string, ItemOutcome<M>>> {
    const fingerprints = new Map(items.map(({ key, fingerprint }) => [key, fingerprint]));
    return new Map(
      await Promise.all(
        claims.map(async (claim): Promise<[string, ItemOutcome<M>]> => {
          try {
            checked(claim, fingerprints.get(claim.requestId) ?? claim.fingerprint);
            // Items are claimed when they are settled: this one is an order of its own, of an earlier version.
            if (claim.state === 'planned') throw refuseCall('OUTCOME_PENDING');
            return [claim.requestId, { response: await unpackAnswer(vault, method, claim) }];
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            return [claim.requestId, { refusal: error }];
          }
        }),
      ),
    );
  }

  return {
    fingerprints: (items) => fingerprintsOf(fingerprintKey, rpc.item, items),
    known: async (items) => outcomesOf(await database.query(selectClaims(keysOf(items))), items),
    async settle(tx, items) {
      const before = await outcomesOf(await tx.query(lockClaims(keysOf(items))), items);
      const fresh = items.filter(({ key }) => !before.has(key));
      const answers = toBinaries(
        method.output,
        fresh.map(({ outcome }) => create(method.output, 'response' in outcome ? outcome.response : undefined)),
      );
      const claims = fresh.map(({ key: requestId, fingerprint, outcome }, index): Claim => {
        const key = { rpc: method.name, owner, requestId, fingerprint, intent: null };
        return 'refusal' in outcome
          ? { ...key, state: 'refused', answer: packRefusal(outcome.refusal) }
          : { ...key, state: 'done', answer: asBuffer(answers.of(index)) };
      });
      // Written at once, so that an order that settles in the same batch finds them.
      if (claims.length > 0) await tx.execute(insertClaims(claims));
      return before;
    },
  };
}

// What the RPCs of cards share: how a card is made, changed and shown. Its number leaves these rooms by RevealCardNumber alone.
import { randomInt } from 'node:crypto';
import { create, fromBinary, type JsonObject, type MessageInitShape, toBinary, toJson } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Database } from '#chassis/database.ts';
import { asBuffer } from '#chassis/encode.ts';
import { newId } from '#chassis/id.ts';
import { fromMoney, refuseMoney, toMoney } from '#chassis/money.ts';
import type { Vault } from '#chassis/sealing.ts';
import { CardChangedSchema } from '#gen/bank/account/v1/account_events_pb.ts';
import { type Card, type CardLimits, CardSchema } from '#gen/bank/account/v1/card_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { cardNumber } from '#rules/card-number.ts';
import { readHolders } from './accounts.ts';
import {
  type CardRow,
  insertCard,
  type Limits,
  lockCard,
  lockNumbers,
  selectCard,
  selectOwners,
  selectTaken,
  updateCard,
} from './card-tables.ts';
import { isCustomer, lockFree } from './changes.ts';
import type { Context } from './context.ts';
import { type CardStanding, expiryOf } from './domain/card.ts';
import { checkInUse } from './domain/life.ts';
import { refuse, refuseTerm } from './domain/refusals.ts';
import { mayChange } from './domain/standing.ts';
import { cardBlockReasons, cardStates } from './domain/words.ts';
import { readPeople } from './people.ts';
import { type AccountRow, selectHolders } from './tables.ts';

const NUMBER_CONTEXT = 'card.number';
/** How many numbers are thought of for one card: that all of them are taken is as good as impossible. */
const CANDIDATES = 8;

/** A number that a new card may have. */
interface Candidate {
  readonly lastFour: string;
  readonly numberHash: Buffer;
  readonly number: Buffer;
}

/** What is asked for: for whom, on which account, and what it may be used for. */
export interface CardTerms {
  readonly accountId: string;
  readonly customerId: string;
  readonly limits: Limits;
  readonly replacesId: string | null;
}

/** What a card is found by with its number. */
export function hashNumber(vault: Vault, number: string): Buffer {
  return vault.hash('card.number', number);
}

/** Thinks of numbers for a card of a customer: from the whole range, so that from one nobody tells the next. */
export async function prepareNumbers({ config, vault }: Context, customerId: string): Promise<Candidate[]> {
  const digits = 15 - config.CARD_BIN.length;
  const serial = () => BigInt(randomInt(10 ** digits));
  return Promise.all(
    Array.from({ length: CANDIDATES }, async () => {
      const number = cardNumber(config.CARD_BIN, serial());
      const sealed = await vault.seal(customerId, NUMBER_CONTEXT, new TextEncoder().encode(number));
      return {
        lastFour: number.slice(-4),
        numberHash: hashNumber(vault, number),
        number: asBuffer(toBinary(SealedSchema, sealed)),
      };
    }),
  );
}

/** Opens the number of a card; undefined once its key is destroyed. */
export async function openNumber(vault: Vault, bytes: Buffer): Promise<string | undefined> {
  const opened = await vault.open(fromBinary(SealedSchema, bytes), NUMBER_CONTEXT);
  return opened && new TextDecoder().decode(opened);
}

/** Issues a card: the account is locked, the customer holds it, and the number is nobody else's. */
export async function writeCard(
  { config }: Context,
  tx: CommandTx,
  { accountId, customerId, limits, replacesId }: CardTerms,
  { numbers, today }: { readonly numbers: readonly Candidate[]; readonly today: Temporal.PlainDate },
): Promise<CardRow> {
  const account = await lockFree(tx, accountId);
  checkInUse(account.state);
  if (account.maturityDate !== null) throw refuse('TERM_DEPOSIT_BOUND');
  const holders = await readHolders(tx.em, accountId);
  if (!holders.some((holder) => holder.customerId === customerId)) throw refuse('HOLDER_REQUIRED');
  await tx.query(lockNumbers());
  const taken = await tx.query(selectTaken(numbers.map(({ numberHash }) => numberHash)));
  const number = numbers.find(({ numberHash }) => !taken.some(({ hash }) => hash.equals(numberHash)));
  if (!number) throw new Error('there are too many cards of this BIN');
  const card: CardRow = {
    id: newId('car'),
    accountId,
    customerId,
    partyId: account.partyId,
    currency: account.currency,
    lastFour: number.lastFour,
    expiryDate: expiryOf(today, config.CARD_YEARS),
    state: 'issued',
    blockReason: null,
    activated: false,
    limits,
    replacesId,
    version: 1,
    createMs: Date.now(),
  };
  await tx.execute(insertCard({ ...card, ...number }));
  tell(tx, undefined, card);
  return card;
}

/** Changes a card that is locked; what it is already is no change. Answers it as it is then. */
export async function changeCard(
  tx: CommandTx,
  row: CardRow,
  to: CardStanding & Partial<Pick<CardRow, 'limits'>>,
): Promise<CardRow> {
  const changed = { ...row, ...to, version: row.version + 1 };
  const same = row.state === to.state && row.blockReason === to.blockReason && to.limits === undefined;
  if (same) {
    tx.record({ resourceIds: [row.id, row.accountId], partyId: row.customerId });
    return row;
  }
  await tx.execute(updateCard(changed));
  tell(tx, row, changed);
  return changed;
}

function tell(tx: CommandTx, before: CardRow | undefined, card: CardRow): void {
  const { id, version, accountId, customerId } = card;
  tx.publish(CardChangedSchema, { card: cardMessage(card) }, { id, sequence: version });
  tx.record({
    resourceIds: [id, accountId],
    partyId: customerId,
    ...(before && { before: jsonOf(before) }),
    after: jsonOf(card),
  });
}

/** Locks a card until the batch ends. */
export async function cardLocked(tx: CommandTx, id: string): Promise<CardRow> {
  const [row] = await tx.query(lockCard(id));
  if (!row) throw refuse('CARD_NOT_FOUND');
  return row;
}

/** Reads a card, and has the key ready that what is recorded of it is sealed with. */
export async function readCard({ database, vault }: Context, id: string): Promise<CardRow> {
  const [row] = await database.query(selectCard(id));
  if (!row) throw refuse('CARD_NOT_FOUND');
  await vault.ready(row.customerId);
  return row;
}

/** Refuses a customer whose card it is not; an owner of its account too where only its holder may. */
export async function checkCardholder(
  context: Context,
  { id, customerId, accountId }: Pick<CardRow, 'id' | 'customerId' | 'accountId'>,
  call: Call,
  { alsoOwners }: { readonly alsoOwners: boolean },
): Promise<void> {
  const { principal } = call;
  if (!isCustomer(call) || !principal || principal.partyId === customerId) return;
  const { date, people } = await readPeople(context, [accountId]);
  const its = people.get(accountId);
  if (alsoOwners && its && mayChange(its, principal.partyId, date)) return;
  throw refuse('CARDHOLDER_REQUIRED', { card_id: id });
}

/** Refuses who does not hold an account. */
export async function checkHolder({ query }: Pick<Database, 'query'>, accountId: string, customerId: string) {
  const holders = await query(selectHolders([accountId]));
  if (!holders.some((holder) => holder.customerId === customerId)) throw refuse('HOLDER_REQUIRED');
}

/** To which accounts cards belong, and who uses them. */
export async function ownersOfCards({ database }: Pick<Context, 'database'>, ids: readonly string[]) {
  return new Map((await database.query(selectOwners(ids))).map((row) => [row.id, row]));
}

/** Reads limits. Refuses those in another currency than the account's, and less than nothing. */
export function limitsOf(asked: CardLimits | undefined, { currency }: Pick<AccountRow, 'currency'>): Limits {
  const minor = (money: Money | undefined): string | null => {
    if (!money) return null;
    const amount = fromMoney(money);
    if (amount.minor < 0n) throw refuseMoney('AMOUNT_INVALID');
    if (amount.currency !== currency) throw refuseTerm('CURRENCY_MISMATCH');
    return String(amount.minor);
  };
  return {
    withdrawals: minor(asked?.withdrawalsPerDay),
    purchases: minor(asked?.purchasesPerDay),
    online: minor(asked?.onlinePerDay),
    uses: asked?.usesPerDay ?? 0,
    abroad: asked?.abroad ?? false,
  };
}

/** The message of a card. */
export function cardMessage(row: CardRow): Card {
  const money = (name: string, minor: string | null) =>
    minor === null ? {} : { [name]: toMoney({ currency: row.currency, minor: BigInt(minor) }) };
  const { withdrawals, purchases, online, uses, abroad } = row.limits;
  const limits: MessageInitShape<typeof CardSchema>['limits'] = {
    ...money('withdrawalsPerDay', withdrawals),
    ...money('purchasesPerDay', purchases),
    ...money('onlinePerDay', online),
    usesPerDay: uses,
    abroad,
  };
  return create(CardSchema, {
    cardId: row.id,
    accountId: row.accountId,
    customerId: row.customerId,
    lastFour: row.lastFour,
    expiryDate: row.expiryDate,
    state: cardStates.value(row.state),
    ...(row.blockReason && { blockReason: cardBlockReasons.value(row.blockReason) }),
    limits,
    replacesCardId: row.replacesId ?? '',
    version: BigInt(row.version),
    createTime: timestampFromMs(row.createMs),
  });
}

function jsonOf(row: CardRow): JsonObject {
  return toJson(CardSchema, cardMessage(row)) as JsonObject;
}

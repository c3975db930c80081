// Holds customers against the sanctions lists, in the background: those who were registered or changed, those to whom somebody changed stands in
// a relation, and all when a list has a new version. Each step can be done again: whoever is killed goes on where it stood, and
// what two processes do is done once.
import { ownCall } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Tx } from '#chassis/database.ts';
import { newId } from '#chassis/id.ts';
import { insertOutbox, type OutboxEvent, outboxEvent } from '#chassis/outbox.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Context } from './context.ts';
import { becomes, percentOf } from './domain/hits.ts';
import type { Particulars } from './domain/particulars.ts';
import { digestOf, listWord } from './domain/sanctions-entry.ts';
import type { Match, Screen, Screened } from './domain/screening.ts';
import { publishHit } from './events.ts';
import { openProfile } from './profile.ts';
import { RelationRow } from './relation-tables.ts';
import { markRelated, markScreened, SanctionsHitRow, selectUnscreened, type Unscreened } from './screening-tables.ts';
import { restrictByHits } from './standings.ts';
import { CustomerRow } from './tables.ts';

const EVERY_MS = 500;
const AT_ONCE = 100;

/** Screens until nobody is left to be screened, or it is stopped; then looks again every so often. */
export function keepScreening(context: Context): () => Promise<void> {
  let stopped = false;
  const work = async () => {
    // Whoever cannot be read is passed over until the next round, so that those behind them come up.
    for (let place: Place | undefined = FIRST; !stopped && place; ) place = await screenSome(context, place);
  };
  const stop = repeat(EVERY_MS, work, context.log, 'customers are still to be screened');
  return async () => {
    stopped = true;
    await stop();
  };
}

/** What was found of one customer: by their own name, or by that of one who stands in a relation to them. */
interface Found extends Pick<SanctionsHitRow, 'customerId' | 'screenedCustomerId' | 'relationId' | 'list'> {
  readonly match: Match;
  readonly basis: Buffer;
}

/** Where among those who are to be screened: after whom. */
type Place = Pick<Unscreened, 'generation' | 'id'>;
const FIRST: Place = { generation: -(2 ** 31), id: '' };

/** Screens some of those after a place; answers the place to go on from, or undefined when nobody was left. */
async function screenSome(context: Context, place: Place): Promise<Place | undefined> {
  const { database, log } = context;
  const { generation, screen } = await context.screens.current();
  const due = await database.query(selectUnscreened(generation, place, AT_ONCE));
  if (due.length === 0) return undefined;
  // First, so that whoever dies before their own screening marks them again.
  const changed = due.filter((one) => one.generation === 0).map(({ id }) => id);
  if (changed.length > 0) await database.query(markRelated(changed));
  const { marks, found } = await matchAll(
    context,
    screen,
    due.map(({ id }) => id),
  );
  await database.transaction(async (tx) => {
    const still = new Set((await tx.query(markScreened(generation, marks))).map(({ id }) => id));
    const events: OutboxEvent[] = [];
    const call = ownCall('customer', log);
    const publish: CommandTx['publish'] = (schema, event, aggregate) => {
      events.push(outboxEvent(schema, event, aggregate, call));
    };
    await writeHits(tx, [...still], found, publish);
    await tx.em.flush();
    await restrictByHits({ em: tx.em, query: tx.query, publish }, [...still]);
    await tx.em.flush();
    if (events.length > 0) await tx.query(insertOutbox(events));
  });
  if (due.length < AT_ONCE) return undefined;
  const done = new Set(marks.map(({ id }) => id));
  return due.findLast(({ id }) => !done.has(id)) ?? place;
}

/** Who customers may be. Their marks are read before anything else, so that what changes after that is not taken for screened. */
async function matchAll(context: Context, screen: Screen, ids: readonly string[]) {
  const { database, today } = context;
  const em = database.orm.em.fork();
  const rows = await em.find(CustomerRow, { id: { $in: [...ids] } });
  const lasts = [{ validUntil: null }, { validUntil: { $gt: today().toString() } }];
  const relations = await em.find(RelationRow, { customerId: { $in: [...ids] }, $or: lasts });
  const known = new Map(rows.map((row) => [row.id, row]));
  const others = relations.map(({ relatedCustomerId }) => relatedCustomerId).filter((id) => !known.has(id));
  for (const row of await em.find(CustomerRow, { id: { $in: [...new Set(others)] } })) known.set(row.id, row);
  const found: Found[] = [];
  const marks: { id: string; mark: string }[] = [];
  const failed: unknown[] = [];
  for (const { id, screeningMark } of rows) {
    const own = { row: known.get(id), relationId: '' };
    const theirs = relations
      .filter(({ customerId }) => customerId === id)
      .map((relation) => ({ row: known.get(relation.relatedCustomerId), relationId: relation.id }));
    try {
      for (const { row, relationId } of [own, ...theirs]) {
        if (row)
          found.push(...(await matchOne(context, screen, row)).map((one) => ({ ...one, customerId: id, relationId })));
      }
      marks.push({ id, mark: String(screeningMark) });
    } catch (error) {
      // One who cannot be read holds up nobody else, and is tried again.
      failed.push(error);
    }
  }
  if (failed.length > 0) context.log.warn({ err: failed[0], count: failed.length }, 'customers cannot be screened');
  return { marks, found };
}

/** Who one customer may be. Of one who was erased, nothing is left to be found by. */
async function matchOne(context: Context, screen: Screen, row: CustomerRow) {
  const particulars = await openProfile(context.vault, row);
  const who = particulars && namesOf(particulars);
  return (who ? screen.matches(who) : []).map((match) => ({
    screenedCustomerId: row.id,
    list: listWord(match.entry.list),
    match,
    basis: basisOf(context, who as Screened, match),
  }));
}

function namesOf({ party }: Pick<Particulars, 'party'>): Screened {
  if (party.case === 'person') {
    const { givenName, familyName, birthDate } = party.value;
    const birthYear = Number(birthDate.slice(0, 4)) || undefined;
    return { names: [`${givenName} ${familyName}`], organisation: false, birthYear };
  }
  return { names: [party.value?.legalName ?? ''], organisation: true, birthYear: undefined };
}

function basisOf({ vault }: Context, { names, birthYear }: Screened, { entry }: Match): Buffer {
  const what = [names, birthYear ?? 0, digestOf(entry).toString('hex')];
  return vault.hash('customer.screened', JSON.stringify(what));
}

/** Writes what a screening makes of the hits of customers, whose rows are locked. */
async function writeHits(
  { em }: Tx,
  ids: readonly string[],
  found: readonly Found[],
  publish: CommandTx['publish'],
): Promise<void> {
  if (ids.length === 0) return;
  const keyOf = (one: Pick<SanctionsHitRow, 'customerId' | 'relationId' | 'list' | 'entryNumber'>) =>
    [one.customerId, one.relationId, one.list, one.entryNumber].join();
  const known = new Map(
    (await em.find(SanctionsHitRow, { customerId: { $in: [...ids] } })).map((row) => [keyOf(row), row]),
  );
  const now = new Map<string, Found>();
  for (const one of found) {
    if (ids.includes(one.customerId)) now.set(keyOf({ ...one, entryNumber: one.match.entry.entryNumber }), one);
  }
  for (const key of new Set([...known.keys(), ...now.keys()])) {
    const [row, one] = [known.get(key), now.get(key)];
    const next = becomes(row, one);
    if (!next) continue;
    const hit = row ?? (one && em.create(SanctionsHitRow, newHit(one)));
    if (!hit) continue;
    Object.assign(hit, {
      state: next.state,
      version: hit.version + 1,
      updateTime: new Date(),
      ...(one && seenIn(one)),
    });
    if (next.isNews) publishHit({ publish }, hit);
  }
}

function seenIn({ match, basis }: Found) {
  return { matchedName: match.matchedName, score: percentOf(match.score), basis };
}

function newHit(one: Found) {
  const { customerId, screenedCustomerId, relationId, list, match } = one;
  return {
    id: newId('sht'),
    customerId,
    screenedCustomerId,
    relationId,
    list,
    entryNumber: match.entry.entryNumber,
    state: 'OPEN' as const,
    // Counted on as soon as it is written.
    version: 0,
    authorId: '',
    approverId: '',
    createTime: new Date(),
    updateTime: new Date(),
    ...seenIn(one),
  };
}

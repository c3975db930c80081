// Holds customers against the tiers in force: what their risk is, until when what is verified of them counts, and of which tier that makes
// them. Done in the commit of what changes it; and in the background for all when the tiers change, and for who was changed.
import { LockMode } from '@mikro-orm/core';
import { ownCall } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { insertOutbox, type OutboxEvent, outboxEvent } from '#chassis/outbox.ts';
import { repeat } from '#chassis/repeat.ts';
import { IdentifierKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { type KycTierSet, RiskRating } from '#gen/bank/customer/v1/kyc_pb.ts';
import type { Context } from './context.ts';
import { expireDateOf, tierFor } from './domain/kyc.ts';
import type { Particulars } from './domain/particulars.ts';
import { rate } from './domain/risk.ts';
import { publishStanding, publishTierSet } from './events.ts';
import {
  currentTiers,
  EvidenceRow,
  RiskOverrideRow,
  selectOwners,
  selectUnassessed,
  tellTierSets,
  tierSetFrom,
} from './kyc-tables.ts';
import { openProfile } from './profile.ts';
import { changeStanding } from './standings.ts';
import { CustomerRow } from './tables.ts';

const EVERY_MS = 1_000;
const AT_ONCE = 100;

type Assessing = Pick<CommandTx, 'em' | 'query' | 'publish'>;

/** Holds a customer, whose row is locked, against the tiers in force. What is written of their evidence must be flushed before. */
export async function assess(
  { em, query, publish }: Assessing,
  { vault, today }: Pick<Context, 'vault' | 'today'>,
  row: CustomerRow,
  set: KycTierSet,
): Promise<void> {
  row.assessedVersion = set.version;
  const particulars = row.state === 'active' ? await openProfile(vault, row) : undefined;
  // Who is no customer any more does nothing here.
  if (!particulars) return;
  const evidence = await em.find(EvidenceRow, { customerId: row.id, state: 'VERIFIED' });
  const [said] = await em.find(RiskOverrideRow, { customerId: row.id }, { orderBy: { version: 'desc' }, limit: 1 });
  const [owners] = row.kind === 'organisation' ? await query(selectOwners(row.id)) : [];
  const verifyDate = evidence
    .flatMap((one) => one.verifyDate ?? [])
    .toSorted()
    .at(-1);
  const ruled = rate(
    { ...partyFacts(particulars), restricted: row.restricted, ownersKnown: owners?.known ?? false, verifyDate },
    set,
    today(),
  );
  row.ruledRating = ruled.rating;
  row.riskReasons = ruled.reasons;
  row.riskRating = said?.rating || ruled.rating;
  for (const one of evidence) {
    const { kind, verifyDate: from, documentExpireDate } = one;
    const dates = { kind, verifyDate: from ?? '', documentExpireDate: documentExpireDate ?? '' };
    one.expireDate = expireDateOf(dates, set.validities, row.riskRating === RiskRating.HIGH);
  }
  const kinds = new Set(evidence.map(({ kind }) => kind));
  const tierCode = row.exempt ? '' : tierFor(set.tiers, { organisation: row.kind === 'organisation', kinds }).code;
  if (tierCode !== row.tierCode) changeStanding({ publish }, row, { tierCode });
}

/** What a new customer begins with: exempt, or in the first tier, which is then told. */
export function begun(
  tx: Pick<CommandTx, 'publish'>,
  { id, kind }: Pick<CustomerRow, 'id' | 'kind'>,
  particulars: Particulars,
  { set, today }: { readonly set: KycTierSet; readonly today: Temporal.PlainDate },
) {
  const nothing = { restricted: false, ownersKnown: false, verifyDate: undefined };
  const { rating, reasons } = rate({ ...partyFacts(particulars), ...nothing }, set, today);
  // Who comes from another bank has done business there already, and goes on here.
  const isTakenOver = particulars.identifiers.some((one) => one.kind === IdentifierKind.MIGRATION);
  const exempt = !set.verificationRequired || isTakenOver;
  const verified = { organisation: kind === 'organisation', kinds: new Set<never>() };
  const standing = { tierCode: exempt ? '' : tierFor(set.tiers, verified).code, standingVersion: exempt ? 0 : 1 };
  if (!exempt) publishStanding(tx, { id, restricted: false, ...standing });
  return {
    ...standing,
    exempt,
    riskRating: rating,
    ruledRating: rating,
    riskReasons: reasons,
    assessedVersion: set.version,
  };
}

/** What the rule of risk looks at of who somebody is. */
function partyFacts({ party, address, identifiers, residenceCountryCode }: Particulars) {
  const countryCodes = [residenceCountryCode, address?.countryCode ?? '', ...identifiers.map((one) => one.countryCode)];
  const organisation = party.case === 'organisation';
  return { countryCodes, organisation, registrationDate: organisation ? party.value.registrationDate : '' };
}

/** Assesses until nobody is left to be, or it is stopped; then looks again every so often. */
export function keepAssessed(context: Context): () => Promise<void> {
  let stopped = false;
  let told = false;
  const work = async () => {
    if (!told) await tellFirst(context);
    told = true;
    // Who cannot be read is passed over until the next round.
    for (let place: string | undefined = ''; !stopped && place !== undefined; )
      place = await assessSome(context, place);
  };
  const stop = repeat(EVERY_MS, work, context.log, 'customers are still to be assessed');
  return async () => {
    stopped = true;
    await stop();
  };
}

/** Tells of the tiers that came with a migration, once, whichever process is the first. */
async function tellFirst({ database, log }: Context): Promise<void> {
  await database.transaction(async ({ query }) => {
    const sets = (await query(tellTierSets())).map(tierSetFrom);
    const events: OutboxEvent[] = [];
    const call = ownCall('customer', log);
    const publish: CommandTx['publish'] = (schema, event, aggregate) => {
      events.push(outboxEvent(schema, event, aggregate, call));
    };
    for (const set of sets) publishTierSet({ publish }, set);
    if (events.length > 0) await query(insertOutbox(events));
  });
}

async function assessSome(context: Context, after: string): Promise<string | undefined> {
  const ids = (await context.database.query(selectUnassessed(after, AT_ONCE))).map(({ id }) => id);
  const failed: unknown[] = [];
  for (const id of ids) await assessOne(context, id).catch((error: unknown) => failed.push(error));
  if (failed.length > 0) context.log.warn({ err: failed[0], count: failed.length }, 'customers cannot be assessed');
  return ids.length === AT_ONCE ? ids.at(-1) : undefined;
}

async function assessOne(context: Context, id: string): Promise<void> {
  const { database, vault, log } = context;
  await vault.ready(id);
  await database.transaction(async ({ em, query }) => {
    const row = await em.findOne(CustomerRow, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
    // Read under the lock: who publishes tiers meanwhile finds the customer among those who are still to be assessed.
    const set = await currentTiers({ query });
    if (!row || row.assessedVersion >= set.version) return;
    const events: OutboxEvent[] = [];
    const call = ownCall('customer', log);
    const publish: CommandTx['publish'] = (schema, event, aggregate) => {
      events.push(outboxEvent(schema, event, aggregate, call));
    };
    await assess({ em, query, publish }, context, row, set);
    await em.flush();
    if (events.length > 0) await query(insertOutbox(events));
  });
}

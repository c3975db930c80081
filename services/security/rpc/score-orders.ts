import { fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type OrderScore, ScoringDecision, StepUpExemption } from '#gen/bank/security/v1/scoring_pb.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { deviceHash } from '../devices.ts';
import { type Exempting, exemptionOf } from '../domain/exemption.ts';
import { type JudgedOrder, type Judgement, judge, type Known } from '../domain/scoring.ts';
import type { Judging } from '../domain/scoring-policy.ts';
import { type AskedExemption, type ExemptingRow, selectExempting } from '../payee-tables.ts';
import { localHour, policyInMemory } from '../scoring.ts';
import { type KnownRow, selectKnown } from '../scoring-tables.ts';

/** Says how much orders look like fraud; what is known of all of them is read by one query. */
export function scoreOrders(context: Context): Rpcs<typeof SecurityService>['scoreOrders'] {
  const inForce = policyInMemory(context.database);

  return async ({ orders }) => {
    const now = context.now();
    const asked = orders.map(({ actor, debtorAccountId, creditorAccountId, userAgent, amount }) => ({
      customerId: actor?.partyId ?? '',
      debtorAccountId,
      creditorAccountId,
      device: deviceHash(context, userAgent),
      amount: fromPositiveMoney(amount ?? { currencyCode: '', amount: '' }),
    }));
    const known = await context.database.query(selectKnown(asked, now));
    const { version: policyVersion, by } = await inForce(known[0]?.policyVersion ?? 0);
    const [time, hour] = [now.getTime(), localHour(context, now.getTime())];
    const judged = asked.map(({ amount: { currency, minor }, device, ...parties }, index): Scored => {
      const order = { currency, amount: minor, time, localHour: hour };
      const facts = knownOf(known[index], device !== null);
      return { parties, order, facts, judgement: judge(order, facts, by), exemption: StepUpExemption.UNSPECIFIED };
    });
    const doubtful = judged.filter(({ judgement }) => judgement.decision !== ScoringDecision.ALLOW);
    // Read only for those that do not simply pass.
    const rows =
      doubtful.length === 0
        ? []
        : await context.database.query(selectExempting(doubtful.map(({ parties }) => parties)));
    const exempt = new Map(doubtful.map((one, index) => [one, exempted(one, exemptingOf(rows[index]), by)]));
    return {
      scores: judged.map((one) => {
        const { judgement, exemption } = exempt.get(one) ?? one;
        return { ...judgement, reasons: [...judgement.reasons], policyVersion, exemption };
      }),
    };
  };
}

interface Scored {
  readonly parties: AskedExemption;
  readonly order: JudgedOrder;
  readonly facts: Known;
  readonly judgement: Judgement;
  readonly exemption: OrderScore['exemption'];
}

/** What becomes of an order that does not simply pass: a payee who is trusted is not new, and not every step-up is needed. */
function exempted(one: Scored, exempting: Exempting, by: Judging): Scored {
  const { order, facts } = one;
  const judgement = exempting.isTrusted ? judge(order, { ...facts, isPayeeKnown: true }, by) : one.judgement;
  if (judgement.decision !== ScoringDecision.STEP_UP) return { ...one, judgement };
  const exemption = exemptionOf(order, facts, exempting, by);
  const decision = exemption === StepUpExemption.UNSPECIFIED ? ScoringDecision.STEP_UP : ScoringDecision.ALLOW;
  return { ...one, judgement: { ...judgement, decision }, exemption };
}

function exemptingOf(row: ExemptingRow | undefined): Exempting {
  const { isTrusted = false, markTransfers, markTotal } = row ?? {};
  return { isTrusted, markTransfers: BigInt(markTransfers ?? 0), markTotal: BigInt(markTotal ?? 0) };
}

function knownOf(row: KnownRow | undefined, isDeviceTold: boolean): Known {
  return {
    transfers: BigInt(row?.transfers ?? 0),
    total: BigInt(row?.total ?? 0),
    nightTransfers: BigInt(row?.nightTransfers ?? 0),
    lastTime: row?.lastMs ?? undefined,
    hourTransfers: BigInt(row?.hourTransfers ?? 0),
    dayTotal: BigInt(row?.dayTotal ?? 0),
    isPayeeKnown: row?.isPayeeKnown ?? false,
    deviceTime: row?.deviceMs ?? undefined,
    firstDeviceTime: row?.firstDeviceMs ?? undefined,
    isDeviceTold,
  };
}

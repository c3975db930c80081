// What becomes of an order for what it looks like; and, when nobody can say, for its amount.
import type { Refusal } from '#chassis/errors.ts';
import { type Amount, fromMoney } from '#chassis/money.ts';
import { type OrderScore, ScoringDecision, ScoringReason } from '#gen/bank/security/v1/scoring_pb.ts';
import { refuse } from './refusals.ts';
import type { Suspicion } from './words.ts';

/** PASS goes on; NOTE goes on and is looked at afterwards; PROVE goes on once the customer has proved it; HOLD waits for compliance. */
export type Verdict =
  | { readonly kind: 'PASS' }
  | { readonly kind: 'NOTE' | 'PROVE' | 'HOLD'; readonly suspicion: Suspicion }
  | { readonly kind: 'REFUSE'; readonly refusal: Refusal };

/** Up to which amounts an order that could not be scored passes, and is held; in minor units. */
export interface Band {
  readonly passMax: bigint;
  readonly holdMax: bigint;
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(ScoringReason).map(([name, value]) => [value, name]));

type ScoredOrder = Pick<OrderScore, 'decision' | 'score' | 'reasons' | 'policyVersion'>;

/** What becomes of an order that was scored. */
export function verdictOn({ decision, score, reasons, policyVersion }: ScoredOrder): Verdict {
  if (decision === ScoringDecision.ALLOW) return { kind: 'PASS' };
  const names = reasons.map((reason) => NAMES.get(reason) ?? String(reason));
  if (decision === ScoringDecision.REFUSE) return { kind: 'REFUSE', refusal: suspected(names) };
  const kind = decision === ScoringDecision.STEP_UP ? 'PROVE' : 'HOLD';
  return { kind, suspicion: { reasons: names, score, policyVersion } };
}

/** The refusal of what looks like fraud. */
export function suspected(reasons: readonly string[]): Refusal {
  return refuse('FRAUD_SUSPECTED', { reasons: reasons.join() });
}

/** Fails closed: the smallest amounts pass, the largest are refused, what is between is held, as is an unknown currency. */
export function verdictUnscored({ currency, minor }: Amount, bands: ReadonlyMap<string, Band>): Verdict {
  const { passMax, holdMax } = bands.get(currency) ?? { passMax: 0n, holdMax: minor };
  if (minor > holdMax) return { kind: 'REFUSE', refusal: refuse('SCORING_UNAVAILABLE') };
  const suspicion = { reasons: ['SCORING_UNAVAILABLE'], score: 0, policyVersion: 0 };
  return { kind: minor > passMax ? 'HOLD' : 'NOTE', suspicion };
}

/** Reads bands as the configuration writes them: `CZK:5000:50000,EUR:200:2000`. Throws a sentence for what is none. */
export function readBands(text: string): ReadonlyMap<string, Band> {
  return new Map(
    text
      .split(',')
      .filter((band) => band !== '')
      .map((band) => {
        const [currencyCode = '', pass = '', hold = ''] = band.split(':');
        const [passMax, holdMax] = [pass, hold].map((amount) => amountOf(band, currencyCode, amount));
        if (passMax === undefined || holdMax === undefined || passMax > holdMax) throw wrong(band);
        return [currencyCode, { passMax, holdMax }] as const;
      }),
  );
}

function amountOf(band: string, currencyCode: string, amount: string): bigint {
  try {
    return fromMoney({ currencyCode, amount }).minor;
  } catch (cause) {
    throw new Error(wrong(band).message, { cause });
  }
}

function wrong(band: string): Error {
  return new Error(`the configuration is wrong. UNSCORED_AMOUNTS: ${band} is no currency with two growing amounts`);
}

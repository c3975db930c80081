// The wiring of the general ledger: on which of its accounts the legs of each kind of journal may fall.
import type { Refusal } from '#chassis/errors.ts';
import type { AccountState, LegDraft } from './core.ts';
import { ALL_KINDS, type Kind } from './kinds.ts';
import { refuse } from './refusals.ts';

/** By kind, the codes of the general ledger that its legs may fall on. */
export type Wiring = ReadonlyMap<string, ReadonlySet<string>>;

/** A line of the chart of accounts. */
export interface ChartLine {
  readonly code: string;
  readonly name: string;
  readonly type: 'asset' | 'liability' | 'equity' | 'income' | 'expense';
}

/** Why a journal does not fall where its kind may, if it does not. A reversal goes where its original went. */
export function checkWiring(
  { kind, legs }: { readonly kind: Kind; readonly legs: readonly Pick<LegDraft, 'accountId'>[] },
  accounts: ReadonlyMap<string, Pick<AccountState, 'generalLedgerCode'>>,
  wiring: Wiring,
): Refusal | undefined {
  if (kind === 'reversal') return undefined;
  for (const { accountId } of legs) {
    const code = accounts.get(accountId)?.generalLedgerCode;
    if (code === undefined || wiring.get(kind)?.has(code)) continue;
    return refuse('GENERAL_LEDGER_NOT_WIRED', { kind, general_ledger_code: code });
  }
  return undefined;
}

/** What is wrong with the wiring, in sentences that name the kind. */
export function wiringFaults(wiring: Wiring, chart: readonly ChartLine[]): string[] {
  const kinds: readonly Kind[] = ALL_KINDS.filter((kind) => kind !== 'reversal');
  const missing = kinds.filter((kind) => !wiring.get(kind)?.size);
  const strange = [...wiring.keys()].filter((kind) => !kinds.includes(kind as Kind));
  const dangling = [...wiring].flatMap(([kind, codes]) =>
    [...codes].filter((code) => !chart.some((line) => line.code === code)).map((code) => ({ kind, code })),
  );
  return [
    ...missing.map((kind) => `journals of kind ${kind} are wired to no general-ledger account`),
    ...strange.map((kind) => `kind ${kind} is wired, but no journal is of that kind`),
    ...dangling.map(({ kind, code }) => `kind ${kind} is wired to ${code}, which is not in the chart of accounts`),
    ...(missing.includes('period_close') ? [] : closingFaults(wiring.get('period_close') ?? new Set(), chart)),
  ];
}

/** The line of equity that the result of a period is taken to. */
export function retainedEarnings(wiring: Wiring, chart: readonly ChartLine[]): ChartLine {
  const line = chart.find(({ code, type }) => type === 'equity' && wiring.get('period_close')?.has(code));
  if (!line) throw new Error('kind period_close is wired to no line of equity');
  return line;
}

/** A closing takes everything that is earned and spent to one line of equity. */
function closingFaults(wired: ReadonlySet<string>, chart: readonly ChartLine[]): string[] {
  const isResult = ({ type }: ChartLine) => type === 'income' || type === 'expense';
  const left = chart.filter((line) => isResult(line) && !wired.has(line.code));
  const other = chart.filter((line) => !isResult(line) && line.type !== 'equity' && wired.has(line.code));
  const equity = chart.filter(({ code, type }) => type === 'equity' && wired.has(code));
  return [
    ...left.map(({ code, type }) => `kind period_close is not wired to ${code}, an account of type ${type}`),
    ...other.map(({ code, type }) => `kind period_close is wired to ${code}, an account of type ${type}`),
    ...(equity.length === 1
      ? []
      : [`kind period_close is wired to ${equity.length} accounts of type equity, not to one`]),
  ];
}

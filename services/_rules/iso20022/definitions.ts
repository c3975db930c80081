// The messages that this bank speaks: the element below `Document`, its shape, and what is counted in it.
import { camt029 } from './messages/camt-029.ts';
import { camt053 } from './messages/camt-053.ts';
import { camt054 } from './messages/camt-054.ts';
import { camt056 } from './messages/camt-056.ts';
import { pacs002 } from './messages/pacs-002.ts';
import { pacs004 } from './messages/pacs-004.ts';
import { pacs008 } from './messages/pacs-008.ts';
import { pain001 } from './messages/pain-001.ts';
import { pain002 } from './messages/pain-002.ts';
import type { SequenceShape, Value } from './shape.ts';

/** A message of a catalogue. */
export interface Definition {
  readonly root: string;
  readonly shape: SequenceShape;
  /** The payments in it, which its header counts and adds up. */
  readonly items?: ItemsDefinition;
}

/** Where the payments of a message stand. */
export interface ItemsDefinition {
  readonly element: string;
  /** The element around each group of them that has a count and a sum of its own. */
  readonly group?: string;
  /** Where the amount of an item stands: the first of these that is there. */
  readonly amounts: readonly (readonly string[])[];
}

export const definitions = {
  'pain.001.001.09': {
    root: 'CstmrCdtTrfInitn',
    shape: pain001,
    items: {
      element: 'CdtTrfTxInf',
      group: 'PmtInf',
      amounts: [
        ['Amt', 'InstdAmt'],
        ['Amt', 'EqvtAmt', 'Amt'],
      ],
    },
  },
  'pain.002.001.10': { root: 'CstmrPmtStsRpt', shape: pain002 },
  'pacs.008.001.09': {
    root: 'FIToFICstmrCdtTrf',
    shape: pacs008,
    items: { element: 'CdtTrfTxInf', amounts: [['IntrBkSttlmAmt']] },
  },
  'pacs.002.001.11': { root: 'FIToFIPmtStsRpt', shape: pacs002 },
  'pacs.004.001.10': {
    root: 'PmtRtr',
    shape: pacs004,
    items: { element: 'TxInf', amounts: [['RtrdIntrBkSttlmAmt']] },
  },
  'camt.056.001.10': { root: 'FIToFIPmtCxlReq', shape: camt056 },
  'camt.029.001.11': { root: 'RsltnOfInvstgtn', shape: camt029 },
  'camt.053.001.08': { root: 'BkToCstmrStmt', shape: camt053 },
  'camt.054.001.08': { root: 'BkToCstmrDbtCdtNtfctn', shape: camt054 },
} as const satisfies Record<string, Definition>;

/** A message by its name in the catalogue. */
export type MessageName = keyof typeof definitions;

/** What a message holds. */
export type Content<N extends MessageName> = Value<(typeof definitions)[N]['shape']>;

/** A message: its name, and what stands below `Document`. */
export type Message<N extends MessageName = MessageName> = {
  readonly [M in N]: { readonly name: M; readonly content: Content<M> };
}[N];

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:';

export function namespaceOf(name: MessageName): string {
  return NAMESPACE + name;
}

/** The message of a namespace; undefined when this bank does not speak it. */
export function messageOf(namespace: string): MessageName | undefined {
  const name = namespace.startsWith(NAMESPACE) ? namespace.slice(NAMESPACE.length) : '';
  return Object.hasOwn(definitions, name) ? (name as MessageName) : undefined;
}

export function definitionOf(name: MessageName): Definition {
  return definitions[name];
}

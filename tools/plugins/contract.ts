// The bank's contract as the generator sees it: every RPC with its rule, every message, every id.
import type { DescField, DescFile, DescMessage, DescMethod, DescService } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel as IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import { getComments } from '@bufbuild/protoplugin';
import type { ErrorParagraph, ErrorReason } from './errors.ts';
import { parseErrors } from './errors.ts';
import type { Options, RpcRule } from './options.ts';
import { readOptions } from './options.ts';

/** One RPC. */
export interface Rpc {
  /** The full path, e.g. `bank.ledger.v1.LedgerService/PostJournals`. */
  readonly path: string;
  /** The workload that serves it, e.g. `ledger`. */
  readonly workload: string;
  readonly method: DescMethod;
  readonly rule: RpcRule | undefined;
  readonly idempotency: 'no_side_effects' | 'idempotent' | undefined;
}

/** Everything in `bank.*`, sorted by name. */
export interface Contract {
  readonly files: readonly DescFile[];
  readonly services: readonly DescService[];
  readonly rpcs: readonly Rpc[];
  /** All messages, nested ones included. */
  readonly messages: readonly DescMessage[];
  readonly options: Options;
}

/** Reads the contract from all files of a generation request. */
export function readContract(allFiles: readonly DescFile[]): Contract {
  const options = readOptions(allFiles);
  const files = allFiles.filter((file) => file.proto.package.startsWith('bank.')).sort(byKey((file) => file.name));
  const services = files.flatMap((file) => file.services).sort(byKey((service) => service.typeName));
  return {
    files,
    services,
    rpcs: services.flatMap((service) => service.methods.map((method) => readRpc(method, options))),
    messages: files.flatMap((file) => file.messages.flatMap(withNested)).sort(byKey((message) => message.typeName)),
    options,
  };
}

/** The workload behind a descriptor's package: `ledger` for `bank.ledger.v1`. */
export function workloadOf(file: DescFile): string {
  return file.proto.package.split('.')[1] ?? '';
}

/** The message that a field holds, singly, in a list or as a map's value; undefined for all other fields. */
export function messageIn(field: DescField): DescMessage | undefined {
  return field.fieldKind === 'message' || field.fieldKind === 'list' || field.fieldKind === 'map'
    ? field.message
    : undefined;
}

/** The message itself and every `bank.*` message it can hold at whatever depth, in the order in which they are met. */
export function reachable(message: DescMessage, found: Set<DescMessage> = new Set()): Set<DescMessage> {
  if (!found.has(message) && message.typeName.startsWith('bank.')) {
    found.add(message);
    for (const field of message.fields) {
      const held = messageIn(field);
      if (held !== undefined) {
        reachable(held, found);
      }
    }
  }
  return found;
}

/** True when the message, or one it can hold at whatever depth, has a field of which `test` is true. */
export function reaches(message: DescMessage, test: (field: DescField) => boolean): boolean {
  return [...reachable(message)].some((held) => held.fields.some(test));
}

/** The error paragraph of an RPC's comment. Throws a sentence about what cannot be read. */
export function errorsOf(method: DescMethod): ErrorParagraph {
  return parseErrors(getComments(method).leading);
}

/** All reasons that an RPC's comment lists, those of other RPCs it points to included, in order and each once. */
export function reasonsOf(method: DescMethod, seen: readonly DescMethod[] = []): string[] {
  const { reasons, alsoOf } = errorsOf(method);
  const others = alsoOf.flatMap((name) => {
    const other = method.parent.methods.find((candidate) => candidate.name === name);
    if (other === undefined) {
      throw new Error(`says "and those of ${name}", which is no RPC of ${method.parent.typeName}`);
    }
    return seen.includes(other) ? [] : reasonsOf(other, [...seen, method]);
  });
  return [...new Set([...reasons.map((entry) => entry.reason), ...others])];
}

/** The errors that any RPC may answer: those that the comment of bank.type.v1.ErrorDetail lists. */
export function commonErrors(contract: Contract): readonly ErrorReason[] {
  const detail = contract.messages.find((message) => message.typeName === 'bank.type.v1.ErrorDetail');
  return detail === undefined ? [] : parseErrors(getComments(detail).leading).reasons;
}

/** Orders by code unit, so that the order is the same on every machine. */
export function byKey<T>(key: (value: T) => string): (a: T, b: T) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}

function readRpc(method: DescMethod, options: Options): Rpc {
  return {
    path: `${method.parent.typeName}/${method.name}`,
    workload: workloadOf(method.parent.file),
    method,
    rule: options.ruleOf(method),
    idempotency: idempotencyOf(method),
  };
}

function idempotencyOf(method: DescMethod): Rpc['idempotency'] {
  if (method.idempotency === IdempotencyLevel.NO_SIDE_EFFECTS) {
    return 'no_side_effects';
  }
  return method.idempotency === IdempotencyLevel.IDEMPOTENT ? 'idempotent' : undefined;
}

function withNested(message: DescMessage): DescMessage[] {
  return [message, ...message.nestedMessages.flatMap(withNested)];
}

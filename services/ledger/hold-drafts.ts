// From the messages of the contract to what is asked of holds: everything about its form is checked here.
import { type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import { readInstant } from '#chassis/dates.ts';
import { type Amount, fromPositiveMoney } from '#chassis/money.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import {
  type CaptureHoldRequest,
  CaptureHoldRequestSchema,
  type ExtendHoldRequest,
  ExtendHoldRequestSchema,
  type NewHold,
  NewHoldSchema,
  type ReleaseHoldRequest,
  ReleaseHoldRequestSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { readDay } from './dates.ts';
import { type Kind, mayPost } from './domain/kinds.ts';
import { refuse } from './domain/refusals.ts';
import { hashOf, inOrderOfNames } from './drafts.ts';
import type { HoldDraft } from './holds.ts';
import { kindFrom } from './messages.ts';
import type { Draft } from './posting.ts';

/** The draft of a hold to place. Throws the refusal of one that is not well formed. */
export function placingOf(hold: NewHold, call: Call, key: Buffer): HoldDraft {
  const kind = kindOf(hold.kind, call);
  const { currency, minor: amount } = amountOf(hold.amount);
  const limit = hold.captureLimit ? fromPositiveMoney(hold.captureLimit) : { currency, minor: amount };
  if (limit.currency !== currency) throw refuse('CURRENCY_MISMATCH', { account_currency: currency });
  if (limit.minor < amount) throw refuse('HOLD_LIMIT_BELOW_AMOUNT');
  const { holdId: id, debitLedgerAccountId: debitId, creditLedgerAccountId: creditId } = hold;
  const owner = call.caller;
  return {
    key: id,
    fingerprint: hashOf(key, toBinary(NewHoldSchema, hold), call),
    owner,
    actor: hold.actor,
    content: {
      place: { id, kind, debitId, creditId, currency, amount, captureLimit: limit.minor, owner },
      expireTime: readInstant('expire_time', hold.expireTime),
    },
  };
}

/** The draft of the journal that captures a hold. */
export function capturingOf(request: CaptureHoldRequest, call: Call, key: Buffer): Draft {
  const { holdId, final, metadata, actor } = request;
  return {
    id: request.requestId,
    fingerprint: requestHash(key, CaptureHoldRequestSchema, { ...request, metadata: inOrderOfNames(metadata) }, call),
    owner: call.caller,
    actor,
    metadata,
    after: '',
    content: {
      captures: {
        holdId,
        amount: request.amount && fromPositiveMoney(request.amount),
        final,
        kind: request.kind === JournalKind.UNSPECIFIED ? undefined : kindOf(request.kind, call),
        valueDate: readDay('value_date', request.valueDate),
      },
    },
  };
}

/** The draft of an extension. */
export function extendingOf(request: ExtendHoldRequest, call: Call, key: Buffer): HoldDraft {
  return {
    key: `extend/${call.caller}/${request.requestId}`,
    fingerprint: requestHash(key, ExtendHoldRequestSchema, request, call),
    owner: call.caller,
    actor: request.actor,
    content: { extend: request.holdId, expireTime: readInstant('expire_time', request.expireTime) },
  };
}

/** The draft of a release. */
export function releasingOf(request: ReleaseHoldRequest, call: Call, key: Buffer): HoldDraft {
  return {
    key: `release/${call.caller}/${request.requestId}`,
    fingerprint: requestHash(key, ReleaseHoldRequestSchema, request, call),
    owner: call.caller,
    actor: request.actor,
    content: { release: request.holdId },
  };
}

function requestHash<D extends DescMessage>(
  key: Buffer,
  schema: D,
  request: MessageShape<D> & { validateOnly: boolean },
  call: Call,
): Buffer {
  return hashOf(key, toBinary(schema, { ...request, validateOnly: false }), call);
}

function kindOf(message: JournalKind, call: Call): Kind {
  const kind = kindFrom(message);
  if (!mayPost(kind, call.caller)) throw refuse('JOURNAL_KIND_NOT_ALLOWED');
  return kind;
}

function amountOf(money: Money | undefined): Amount {
  return fromPositiveMoney(money ?? { currencyCode: '', amount: '' });
}

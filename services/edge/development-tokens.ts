// POST /dev/token: a token for whomever one names. In development only: elsewhere it does not exist.
import { create } from '@bufbuild/protobuf';
import { newId } from '#chassis/id.ts';
import type { Issuer } from '#chassis/issuer.ts';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { type Actor, ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';

const LIFETIME_SECONDS = 8 * 60 * 60;

/** An answer of a plain HTTP end point: its status and its JSON. */
export interface PlainAnswer {
  readonly status: number;
  readonly json: unknown;
}

/** Answers a request for a token with `body`, the JSON as it came; without a development issuer there is nothing. */
export async function developmentToken(
  issuer: Pick<Issuer, 'principalToken'> | undefined,
  body: string,
): Promise<PlainAnswer> {
  if (!issuer) {
    return { status: 404, json: { code: 'not_found', message: 'There is nothing here.' } };
  }
  const actor = readActor(body);
  if (typeof actor === 'string') return { status: 400, json: { code: 'invalid_argument', message: actor } };
  const token = await issuer.principalToken(actor, LIFETIME_SECONDS);
  return { status: 200, json: { token, expiresIn: LIFETIME_SECONDS } };
}

const WANTED =
  'The body must be JSON like {"subject": "customer:cus_…"}, {"subject": "staff:teller"} or {"subject": "partner:acme", "scopes": ["…"]}.';

/** The one who is named, or a sentence that says what is wrong. */
function readActor(body: string): Actor | string {
  const asked = readJson(body);
  if (typeof asked?.['subject'] !== 'string') return WANTED;
  const { subject, scopes = [] } = asked;
  const [kind = '', name = ''] = subject.split(/:(.*)/s);
  const sessionId = newId('ses');
  if (!isTexts(scopes)) return 'The scopes must be a list of words.';
  if (kind !== 'partner' && scopes.length > 0) return 'Only a partner has scopes.';
  if (kind === 'customer') {
    if (!/^cus_[0-9A-Za-z_-]{1,60}$/.test(name)) return 'A customer is named by its id: customer:cus_…';
    return create(ActorSchema, { audience: Audience.CHANNEL, partyId: name, sessionId });
  }
  if (kind === 'partner') {
    if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) return 'A partner is named in small letters: partner:acme';
    return create(ActorSchema, { audience: Audience.PARTNER, partyId: `ptn_${name}`, sessionId, scopes });
  }
  return kind === 'staff' ? readStaff(name, sessionId) : WANTED;
}

/** Roles, and the branch if they work for one: `teller,loan-officer@brn_praha`. */
function readStaff(name: string, sessionId: string): Actor | string {
  const [names = '', branchId = ''] = name.split(/@(.*)/s);
  if (name.includes('@') && !/^[\w.-]{1,64}$/.test(branchId)) {
    return 'A branch is named by its id: staff:teller@brn_praha';
  }
  const roles = new Map<string, StaffRole>(
    Object.entries(StaffRole)
      .filter(([, role]) => role !== StaffRole.UNSPECIFIED)
      .map(([name, role]) => [name.toLowerCase().replaceAll('_', '-'), role]),
  );
  const wanted = names.split(',');
  const held = wanted.flatMap((name) => roles.get(name) ?? []);
  if (held.length !== wanted.length || new Set(held).size !== held.length) {
    return `A member of staff is named by roles, e.g. staff:teller or staff:teller,auditor@brn_praha. Roles: ${[...roles.keys()].join(', ')}.`;
  }
  // Who works for a branch is somebody else than who works for none.
  const partyId = `stf_${[...wanted, branchId].join('_').replaceAll(/\W/g, '_').replace(/_$/, '')}`.slice(0, 64);
  return create(ActorSchema, { audience: Audience.STAFF, partyId, sessionId, branchId, roles: held });
}

function readJson(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= 32 &&
    value.every((item) => typeof item === 'string' && /^[\w.:-]{1,64}$/.test(item))
  );
}

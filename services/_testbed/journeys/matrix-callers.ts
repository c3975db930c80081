// Who calls in the matrix: which of its cells share a call, and what each caller shows.
import { calculateJwkThumbprint, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { DEVELOPMENT_ISSUER, EDGE_AUDIENCE } from '#chassis/issuer.ts';
import { customer, partner, staff, staffAt } from '#chassis/testing/clients.ts';
import { PROOF } from '#chassis/testing/property.ts';
import type { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import type { Rule } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import {
  kindAndWord,
  type Outcome,
  SCOPES,
  SUBJECTS,
  testMatrix,
  type WORKLOADS,
} from '../../../tools/mesh/test-matrix.ts';
import { aPartnerKey, athOf, proofOf } from '../../security/testing-partners.ts';
import type { Bank } from '../bank.ts';
import type { Belongings } from './belongings.ts';
import type { Show } from './doors.ts';

/** What those whose cells share a call show. */
export type Shown = (subjects: readonly string[]) => Promise<string | Show | undefined>;

/** Whose things are named, and somebody else. */
type People = Belongings & { readonly anotherId: string };

const matrix = testMatrix();
/** As long as it takes to try every cell, also on a busy machine. */
const TOKEN_SECONDS = 1_800;
/** Of a partner, in a window of the edge's. */
const CALLS_MAX = 1_000_000;

/** What a cell says of a caller at the edge. */
export function edgeOutcome(rpc: string, subject: string): Outcome {
  return outcomeIn(matrix[rpc]?.edge, subject);
}

/** What a cell says of a workload at the service itself. */
export function workloadOutcome(rpc: string, workload: (typeof WORKLOADS)[number]): Outcome {
  return outcomeIn(matrix[rpc]?.workloads, workload);
}

/**
 * The subjects of the matrix, as they call an RPC: each alone in `make proof`. Else roles of staff, and scopes of partners, that are
 * all turned away come as one caller who has them all, and would get in by any of them; where anybody may, the same who has all, and the
 * anonymous who has none, get in.
 */
export function callersOf(rpc: string, rule: Rule): string[][] {
  const isOpen = rule.grants.some(({ audience }) => audience === 'PUBLIC');
  const together = Map.groupBy(SUBJECTS, (subject) => {
    const outcome = edgeOutcome(rpc, subject);
    const isSame = outcome === 'CALLER_NOT_ALLOWED' || outcome === 'RPC_UNKNOWN' || (isOpen && outcome === 'ALLOWED');
    const family = /^staff:\w+(@\w+)?$|^partner:/.exec(subject);
    if (PROOF || !isSame || !family) return subject;
    return subject.startsWith('partner:') ? `partners, ${outcome}` : `staff${family[1] ?? ''}, ${outcome}`;
  });
  return [...together.values()];
}

function outcomeIn(cells: Readonly<Partial<Record<Outcome, readonly string[]>>> | undefined, who: string): Outcome {
  const found = (Object.entries(cells ?? {}) as [Outcome, readonly string[]][]).find(([, all]) => all.includes(who));
  if (!found) throw new Error(`the matrix has no cell for ${who}`);
  return found[0];
}

/** Makes what they show: a token, partners with a proof of its key for each call; who is anonymous nothing. */
export async function shownBy({ issuer }: Pick<Bank, 'issuer'>, people: People): Promise<Shown> {
  const forged = await forgedTokens(issuer, people);
  const key = await aPartnerKey('EdDSA');
  const bound = { thumbprint: await calculateJwkThumbprint(key.jwk), callsMax: CALLS_MAX };

  async function make(subjects: readonly string[]): Promise<string | Show | undefined> {
    const [subject = ''] = subjects;
    if (forged.has(subject)) return forged.get(subject);
    if (!subject.startsWith('partner:')) return issuer.principalToken(actorOf(subjects, people), TOKEN_SECONDS);
    const token = await issuer.partnerToken(actorOf(subjects, people), TOKEN_SECONDS, bound);
    const [authorization, ath] = [`DPoP ${token}`, athOf(token)];
    return async (url) => ({ authorization, dpop: await proofOf(key, url, { ath }) });
  }

  const made = new Map<string, ReturnType<typeof make>>();
  return (subjects) => {
    const name = subjects.join();
    const shown = made.get(name) ?? make(subjects);
    made.set(name, shown);
    return shown;
  };
}

/** Tokens that are none. */
async function forgedTokens(issuer: Bank['issuer'], own: People): Promise<ReadonlyMap<string, string | undefined>> {
  const someone = customer(own.customerId);
  const claims = { sub: own.customerId, audience: 'CHANNEL', sid: 'ses_forged' };
  const forged = (token: SignJWT) =>
    token.setIssuer(DEVELOPMENT_ISSUER).setAudience(EDGE_AUDIENCE).setIssuedAt().setExpirationTime('60s');
  // What everybody may know, taken for a secret: the classical confusion of algorithms.
  const known = Buffer.from(await exportSPKI(issuer.publicKey));
  const { privateKey } = await generateKeyPair('EdDSA');
  return new Map<string, string | undefined>([
    ['anonymous', undefined],
    ['garbage', 'garbage'],
    ['expired', await issuer.principalToken(someone, -60)],
    ['wrong-audience', await issuer.internalToken('edge', 'account', someone)],
    [
      'wrong-algorithm',
      await forged(new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: DEVELOPMENT_ISSUER })).sign(known),
    ],
    [
      'unsigned',
      new UnsecuredJWT(claims)
        .setIssuer(DEVELOPMENT_ISSUER)
        .setAudience(EDGE_AUDIENCE)
        .setIssuedAt()
        .setExpirationTime('60s')
        .encode(),
    ],
    [
      'foreign-key',
      await forged(new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: DEVELOPMENT_ISSUER })).sign(privateKey),
    ],
  ]);
}

/** Who is all of these subjects, which are of one kind. */
function actorOf(
  subjects: readonly string[],
  { customerId, jointHolderId, disponentId, anotherId, branchId }: People,
): Actor {
  const [kind] = kindAndWord(subjects[0] ?? '');
  const words = subjects.map((subject) => kindAndWord(subject)[1]);
  if (kind === 'staff') {
    const where = words[0]?.split('@')[1];
    const roles = words.map((word) => word.split('@')[0] as keyof typeof StaffRole);
    // An id holds no list of roles.
    const named = roles.length > 1 && { partyId: `stf_several_${where ?? ''}` };
    return { ...(where ? staffAt(where === 'own' ? branchId : 'brn_other', ...roles) : staff(...roles)), ...named };
  }
  if (kind === 'partner') {
    return { ...partner('ptn_acme'), scopes: SCOPES.filter((scope) => words.includes('*') || words.includes(scope)) };
  }
  const others = { 'joint-holder': jointHolderId, disponent: disponentId, 'another-customer': anotherId };
  return customer(others[kind as keyof typeof others] ?? customerId);
}

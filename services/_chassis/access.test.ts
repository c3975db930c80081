import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { AccountService, OpenAccountRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { LedgerService, PostJournalsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { type Rule, rulesByPath } from '#gen/bank/rules.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import {
  ReverseTransactionRequestSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import {
  branchIn,
  branchOf,
  checkActors,
  checkApproval,
  checkGrants,
  checkOwners,
  checkRule,
  type Owners,
  ownCustomer,
  refuseUnowned,
} from './access.ts';
import type { Call } from './call-context.ts';
import { Refusal, refuseCall } from './errors.ts';
import { customer, partner, staff, staffAt } from './testing/clients.ts';

const GET_CUSTOMER = 'bank.customer.v1.CustomerService/GetCustomer';
const DEACTIVATE = 'bank.customer.v1.CustomerService/DeactivateCustomer';
const OPEN_ACCOUNT = 'bank.account.v1.AccountService/OpenAccount';

describe('The rules of access', () => {
  const rule = (more: Partial<Rule>): Rule => ({
    callers: ['edge'],
    grants: [],
    actorAsserters: [],
    edge: true,
    noReplay: false,
    idempotency: 'idempotent',
    disclosure: '',
    readsPersonal: false,
    ids: [],
    shows: [],
    actors: [],
    errors: [],
    ...more,
  });
  const grant = (audience: 'PUBLIC' | 'CHANNEL' | 'STAFF' | 'PARTNER', more: object = {}) => ({
    audience,
    roles: [],
    scopes: [],
    stepUp: false,
    fourEyes: false,
    approvers: [],
    ...more,
  });
  const reason = (work: () => void): string => {
    try {
      work();
      return 'allowed';
    } catch (error) {
      return error instanceof Refusal ? error.reason : String(error);
    }
  };

  it('let a caller in who is named, and no other', () => {
    const inside = rule({ callers: ['account'] });
    expect(reason(() => checkRule(inside, 'account', undefined))).to.equal('allowed');
    expect(reason(() => checkRule(inside, 'transaction', undefined))).to.equal('CALLER_NOT_ALLOWED');
    expect(reason(() => checkRule(inside, 'edge', customer('cus_1')))).to.equal('CALLER_NOT_ALLOWED');
  });

  it('let a principal in whom a grant names: by audience, by any of its roles, by any of its scopes', () => {
    const channel = rule({ grants: [grant('CHANNEL')] });
    const tellers = rule({ grants: [grant('STAFF', { roles: ['TELLER', 'AUDITOR'] })] });
    const everybody = rule({ grants: [grant('PUBLIC')] });
    const partners = rule({ grants: [grant('PARTNER', { scopes: ['payments'] })] });
    const paying = partner('ptn_1');
    paying.scopes = ['payments'];
    const cases = [
      [channel, customer('cus_1'), 'allowed'],
      [channel, staff('TELLER'), 'CALLER_NOT_ALLOWED'],
      [channel, undefined, 'TOKEN_MISSING'],
      [tellers, staff('TELLER'), 'allowed'],
      [tellers, staff('COMPLIANCE', 'AUDITOR'), 'allowed'],
      [tellers, staff('COMPLIANCE'), 'CALLER_NOT_ALLOWED'],
      [tellers, staff(), 'CALLER_NOT_ALLOWED'],
      [tellers, customer('cus_1'), 'CALLER_NOT_ALLOWED'],
      [partners, paying, 'allowed'],
      [partners, partner('ptn_2'), 'CALLER_NOT_ALLOWED'],
      [everybody, undefined, 'allowed'],
      [everybody, customer('cus_1'), 'allowed'],
    ] as const;
    for (const [one, principal, expected] of cases)
      expect(reason(() => checkGrants(one, principal))).to.equal(expected);
  });

  it('ask a second pair of eyes of those alone who have no grant without it', () => {
    const both = rule({
      callers: ['edge', 'security-executor'],
      grants: [
        grant('STAFF', { roles: ['LOAN_OFFICER'], fourEyes: true, approvers: ['BRANCH_MANAGER'] }),
        grant('STAFF', { roles: ['BACK_OFFICE'] }),
      ],
    });
    const officer = staff('LOAN_OFFICER');
    expect(checkGrants(both, officer).fourEyes).to.equal(true);
    expect(checkGrants(both, staff('LOAN_OFFICER', 'BACK_OFFICE')).fourEyes).to.equal(false);
    expect(reason(() => checkRule(both, 'edge', officer))).to.equal('CALLER_NOT_ALLOWED');
    expect(reason(() => checkRule(both, 'edge', staff('BACK_OFFICE')))).to.equal('allowed');
    expect(reason(() => checkRule(both, 'security-executor', officer))).to.equal('allowed');
    expect(reason(() => checkRule(both, 'security-executor', undefined))).to.equal('TOKEN_MISSING');
  });

  it('want to know who approved it: somebody else than its maker, unless it is only tried', () => {
    const both = rule({
      callers: ['edge', 'security-executor'],
      grants: [grant('STAFF', { roles: ['TELLER'], fourEyes: true, approvers: ['BRANCH_MANAGER'] })],
    });
    const maker = staff('TELLER');
    const check = (approverId: string, validateOnly = false) =>
      reason(() =>
        checkApproval(
          both,
          { caller: 'security-executor', principal: { ...maker, approverId } } as Call,
          create(ReverseTransactionRequestSchema, { validateOnly }),
        ),
      );
    expect(check('stf_checker')).to.equal('allowed');
    expect(check('')).to.equal('CALLER_NOT_ALLOWED');
    expect(check(maker.partyId)).to.equal('CALLER_NOT_ALLOWED');
    expect(check('', true)).to.equal('allowed');
  });

  it('let the edge alone call what has no grant, for whomever', () => {
    const own = rule({ callers: ['edge', 'account'], grants: [] });
    expect(reason(() => checkRule(own, 'edge', undefined))).to.equal('allowed');
    expect(reason(() => checkRule(own, 'edge', customer('cus_1')))).to.equal('allowed');
    expect(reason(() => checkRule(own, 'security-executor', customer('cus_1')))).to.equal('CALLER_NOT_ALLOWED');
  });

  it('let only those speak for an actor who may', () => {
    const actors = [['journals', 'actor']];
    const posting = rule({ callers: ['account', 'transaction'], actorAsserters: ['transaction'], actors });
    const request = create(PostJournalsRequestSchema, { journals: [{}, { actor: { partyId: 'cus_1' } }] });
    expect(reason(() => checkActors(posting, 'transaction', request))).to.equal('allowed');
    expect(reason(() => checkActors(posting, 'account', request))).to.equal('ACTOR_NOT_ALLOWED');
    expect(reason(() => checkActors(posting, 'account', create(PostJournalsRequestSchema)))).to.equal('allowed');
  });

  it('ask the owner of every id that may be seen or acted on, nested and repeated ones too', async () => {
    const asked: string[][] = [];
    const owners: Owners = {
      LEDGER_ACCOUNT: async (ids, access) => {
        asked.push([access, ...ids]);
      },
      JOURNAL: 'decided-by-rpc',
    };
    const ids: Rule['ids'] = [
      { path: ['journals', 'legs', 'ledgerAccountId'], kind: 'LEDGER_ACCOUNT', access: 'ACT' },
      { path: ['journals', 'journalId'], kind: 'JOURNAL', access: 'ACT' },
      { path: ['journals', 'linkGroup'], kind: 'LEDGER_ACCOUNT', access: 'NAMED' },
    ];
    const request = create(PostJournalsRequestSchema, {
      journals: [
        { journalId: 'j1', linkGroup: 'g', legs: [{ ledgerAccountId: 'a' }, { ledgerAccountId: 'b' }] },
        { journalId: 'j2', legs: [{ ledgerAccountId: 'c' }, { ledgerAccountId: '' }] },
      ],
    });
    const call = (caller: 'edge' | 'account', principal = customer('cus_1')) => ({ caller, principal }) as Call;
    await checkOwners(rule({ ids }), request, call('edge'), owners);
    expect(asked).to.deep.equal([['ACT', 'a', 'b', 'c']]);
    await checkOwners(rule({ ids }), request, call('edge', staff('TELLER')), owners);
    await checkOwners(rule({ ids }), request, call('account'), owners);
    expect(asked).to.have.length(1);
    await checkOwners(rule({ ids }), request, call('edge', staffAt('brn_1', 'TELLER')), owners);
    expect(asked).to.deep.equal([asked[0], asked[0]]);
  });

  it('answer a foreign customer as one that does not exist, and one of another branch', async () => {
    const branches = new Map([
      ['cus_1', 'brn_1'],
      ['cus_2', 'brn_2'],
      ['cus_3', ''],
    ]);
    const looked: string[] = [];
    const owner = ownCustomer(
      () => refuseCall('RPC_UNKNOWN'),
      async (ids) => {
        looked.push(...ids);
        return [...branches].filter(([id]) => ids.includes(id));
      },
    );
    const ask = (ids: string[], principal = customer('cus_1')) =>
      owner(ids, 'VIEW', principal, { rpc: GET_CUSTOMER, caller: 'edge', principal } as Call).then(
        () => 'allowed',
        (error: Refusal) => error.reason,
      );
    expect(await ask(['cus_1', 'cus_1'])).to.equal('allowed');
    expect(await ask(['cus_1', 'cus_2'])).to.equal('RPC_UNKNOWN');
    expect(await ask(['ptn_1'], partner('ptn_1'))).to.equal('RPC_UNKNOWN');
    expect(looked).to.deep.equal([]);

    const teller = staffAt('brn_1', 'TELLER');
    expect(await ask(['cus_1', 'cus_1'], teller)).to.equal('allowed');
    for (const id of ['cus_2', 'cus_3', 'cus_none']) expect(await ask(['cus_1', id], teller)).to.equal('RPC_UNKNOWN');
    // What is foreign and what is not there are looked for alike.
    expect(looked).to.deep.equal(['cus_1', 'cus_1', 'cus_2', 'cus_1', 'cus_3', 'cus_1', 'cus_none']);
  });

  it('hold staff to their branch unless a role that the rule names is the whole bank’s', () => {
    const held = (rpc: string, principal: Actor, caller: 'edge' | 'security-executor' | 'transaction' = 'edge') =>
      branchOf({ rpc, caller, principal } as Call);
    expect(held(GET_CUSTOMER, staffAt('brn_1', 'TELLER'))).to.equal('brn_1');
    expect(held(GET_CUSTOMER, staffAt('brn_1', 'TELLER'), 'security-executor')).to.equal('brn_1');
    expect(held(GET_CUSTOMER, staffAt('brn_1', 'TELLER', 'LOAN_OFFICER', 'BRANCH_MANAGER'))).to.equal('brn_1');
    expect(held(GET_CUSTOMER, staffAt('brn_1', 'TELLER', 'AUDITOR'))).to.equal(undefined);
    // An auditor may look at everything, and change nothing: it does not let a branch manager act elsewhere.
    expect(held(DEACTIVATE, staffAt('brn_1', 'BRANCH_MANAGER', 'AUDITOR'))).to.equal('brn_1');
    expect(held(DEACTIVATE, staffAt('brn_1', 'BRANCH_MANAGER', 'COMPLIANCE'))).to.equal(undefined);
    expect(held(GET_CUSTOMER, staff('TELLER'))).to.equal(undefined);
    expect(held(GET_CUSTOMER, customer('cus_1'))).to.equal(undefined);
    expect(held(GET_CUSTOMER, { ...customer('cus_1'), branchId: 'brn_1' })).to.equal(undefined);
    expect(held(GET_CUSTOMER, staffAt('brn_1', 'TELLER'), 'transaction')).to.equal(undefined);
    // Of an RPC that no rule knows, nothing of the whole bank follows.
    expect(held('none', staffAt('brn_1', 'BACK_OFFICE'))).to.equal('brn_1');
  });

  it('let nobody call alone by a role of a branch, and see the whole bank by one that may not', () => {
    const officer = grant('STAFF', { roles: ['BACK_OFFICE'], fourEyes: true, approvers: ['BACK_OFFICE'] });
    const proving = grant('STAFF', { roles: ['COMPLIANCE'], stepUp: true });
    const tellers = grant('STAFF', { roles: ['TELLER'] });
    const auditors = grant('STAFF', { roles: ['AUDITOR'] });
    const both = rule({ grants: [officer, proving, tellers, auditors] });
    const cases = [
      [staffAt('brn_1', 'TELLER', 'BACK_OFFICE'), 'brn_1'],
      [staffAt('brn_1', 'TELLER', 'COMPLIANCE'), 'brn_1'],
      [staffAt('brn_1', 'TELLER', 'AUDITOR'), undefined],
      [staffAt('brn_1', 'BACK_OFFICE'), undefined],
      [staffAt('brn_1', 'COMPLIANCE', 'BACK_OFFICE'), undefined],
    ] as const;
    for (const [who, expected] of cases) expect(branchIn(both, who)).to.equal(expected);
  });

  it('let staff who are held to a branch name their own alone, and everybody else any', async () => {
    const request = create(OpenAccountRequestSchema, { branchId: 'brn_1' });
    const ids: Rule['ids'] = [{ path: ['branchId'], kind: 'BRANCH', access: 'ACT' }];
    const ask = (principal: Actor | undefined) =>
      checkOwners(rule({ ids }), request, { rpc: OPEN_ACCOUNT, caller: 'edge', principal } as Call, {}).then(
        () => 'allowed',
        (error: Refusal) => error.reason,
      );
    expect(await ask(staffAt('brn_1', 'TELLER'))).to.equal('allowed');
    expect(await ask(staffAt('brn_2', 'TELLER'))).to.equal('BRANCH_NOT_ALLOWED');
    expect(await ask(staffAt('brn_2', 'TELLER', 'BACK_OFFICE'))).to.equal('allowed');
    for (const one of [staff('TELLER'), customer('cus_1'), undefined]) expect(await ask(one)).to.equal('allowed');
  });

  it('let no service start that could not tell whose an id is, which a customer or staff of a branch may name', () => {
    const nobody = async () => {};
    const start = (owners: Owners) => reason(() => refuseUnowned(TransactionService, owners));
    expect(start({ TRANSACTION: nobody })).to.match(
      /^Error: bank\.transaction\.v1\.TransactionService\/\w+: nobody tells whose ACCOUNT is in /,
    );
    const others = {
      ACCOUNT: nobody,
      HOLD: nobody,
      SCHEDULED_PAYMENT: nobody,
      PAYMENT_ORDER: nobody,
      RECEIVED_RECALL: nobody,
      TILL: nobody,
      PAYMENT_REQUEST: nobody,
    };
    expect(start(others)).to.contain('whose TRANSACTION is in');
    expect(start({ ...others, TRANSACTION: 'decided-by-rpc' })).to.equal('allowed');
    expect(reason(() => refuseUnowned(AccountService, {}))).to.contain('nobody tells whose');
    // Customers name none of these: tellers do.
    expect(reason(() => refuseUnowned(SecurityService, { APPROVAL: 'decided-by-rpc' }))).to.contain(
      'whose CUSTOMER is',
    );
    expect(reason(() => refuseUnowned(LedgerService, {}))).to.equal('allowed');
  });

  it('are there for every RPC that the edge publishes: a caller and a grant', () => {
    for (const [rpc, { edge, callers, grants }] of rulesByPath) {
      expect(edge, rpc).to.equal(callers.includes('edge') && grants.length > 0);
    }
  });
});

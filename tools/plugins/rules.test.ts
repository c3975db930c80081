import { expect } from 'chai';
import { compileProtos } from './compile-protos.ts';
import type { Contract } from './contract.ts';
import { readContract } from './contract.ts';
import { violations } from './policy.ts';
import { buildRules } from './rules.ts';
import { commandFields, dataOption, idOption, sampleFiles } from './sample-protos.ts';
import { mayCall } from './workloads.ts';

const path = 'bank.customer.v1.ThingService/GetThing';

const sources = sampleFiles(
  {
    service: 'customer',
    level: 'IDEMPOTENT',
    comment: 'Does it.\n\nErrors: A_B (NOT_FOUND), C_D',
    rule: `callers: [WORKLOAD_EDGE, WORKLOAD_ACCOUNT, WORKLOAD_SECURITY_EXECUTOR] actor_asserters: WORKLOAD_ACCOUNT no_replay: true
      grants: [{audience: AUDIENCE_STAFF roles: [STAFF_ROLE_TELLER, STAFF_ROLE_BRANCH_MANAGER]},
        {audience: AUDIENCE_PARTNER scopes: ["it's", "b"]}, {audience: AUDIENCE_CHANNEL}]`,
    request: `${commandFields} string account_id = 1 ${idOption('ID_KIND_ACCOUNT', 'ACCESS_ACT')}; repeated Line lines = 2;
      oneof source { string from_id = 3 ${idOption()}; Line from_line = 4; }
      optional string branch_id = 5 ${idOption('ID_KIND_BRANCH', 'ACCESS_NAMED')};
      string counterpart = 6 ${idOption('ID_KIND_CUSTOMER', 'ACCESS_NAMED')}; bank.type.v1.Actor actor = 7;`,
    extra: `message Line { repeated string payee_ibans = 1 ${idOption('ID_KIND_ACCOUNT', 'ACCESS_NAMED')}; Person person = 2; }
      message Person {
        string full_name = 1 ${dataOption('class: DATA_CLASS_PERSONAL retention: RETENTION_RELATIONSHIP')};
        string nickname = 2 ${dataOption('class: DATA_CLASS_PUBLIC')}; string shoe_size = 3;
        string pin_code = 4 ${dataOption('class: DATA_CLASS_SECRET retention: RETENTION_TRANSIENT')};
      }`,
  },
  1,
);

describe('The table of rules', () => {
  let contract: Contract;

  before(async () => {
    contract = readContract(await compileProtos(sources));
  });

  it('is made from a contract that obeys the policy, but for having one RPC alone, which writes', () => {
    expect(violations(contract)).to.deep.equal([
      'customer takes what is personal, and no RPC of it is exported to whom it is about.',
    ]);
  });

  it('has callers, grants, asserters, idempotency and errors of each RPC', () => {
    const {
      ids: _ids,
      actors: _actors,
      ...row
    } = buildRules(contract).rows.find((candidate) => candidate.path === path)!;
    const plain = { stepUp: false, fourEyes: false, approvers: [] };
    expect(row).to.deep.equal({
      path,
      callers: ['edge', 'account', 'security-executor'],
      grants: [
        { audience: 'STAFF', roles: ['TELLER', 'BRANCH_MANAGER'], scopes: [], ...plain },
        { audience: 'PARTNER', roles: [], scopes: ["it's", 'b'], ...plain },
        { audience: 'CHANNEL', roles: [], scopes: [], ...plain },
      ],
      actorAsserters: ['account'],
      edge: true,
      disclosure: '',
      noReplay: true,
      idempotency: 'idempotent',
      readsPersonal: false,
      shows: [],
      errors: ['A_B', 'C_D'],
    });
  });

  it('knows which reads show something of a person, and by which ids whose it is', async () => {
    const shown = async (request: string, response: string, level = 'NO_SIDE_EFFECTS') => {
      const rule = `callers: WORKLOAD_EDGE grants: {audience: AUDIENCE_STAFF roles: STAFF_ROLE_TELLER}`;
      const files = sampleFiles({ service: 'customer', level, rule, request, response }, 1);
      const { readsPersonal, shows } = buildRules(readContract(await compileProtos(files))).rows[0]!;
      return [readsPersonal, shows.map((way) => way.join('.'))];
    };
    const personal = dataOption('class: DATA_CLASS_PERSONAL retention: RETENTION_RELATIONSHIP');
    const whose = `string owner_id = 1 ${idOption('ID_KIND_CUSTOMER', 'ACCESS_NAMED')};`;
    expect(await shown('', `${whose} string full_name = 2 ${personal};`)).to.deep.equal([true, ['ownerId']]);
    expect(await shown('', whose)).to.deep.equal([false, []]);
    const account = (access: string) => `string account_id = 1 ${idOption('ID_KIND_ACCOUNT', access)};`;
    expect(await shown(account('ACCESS_VIEW'), 'string balance = 1;')).to.deep.equal([true, []]);
    expect(await shown(account('ACCESS_NAMED'), 'string name = 1;')).to.deep.equal([false, []]);
    expect(await shown(commandFields, `string full_name = 1 ${personal};`, 'IDEMPOTENT')).to.deep.equal([false, []]);
  });

  it('finds every id of a request: nested, repeated, optional, in a oneof, and by option alone', () => {
    const { ids } = buildRules(contract).rows[0]!;
    expect(ids.map((id) => `${id.path.join('.')} ${id.kind} ${id.access}`)).to.deep.equal([
      'accountId ACCOUNT ACT',
      'lines.payeeIbans ACCOUNT NAMED',
      'source.fromId ACCOUNT VIEW',
      'source.fromLine.payeeIbans ACCOUNT NAMED',
      'branchId BRANCH NAMED',
      'counterpart CUSTOMER NAMED',
      'actor.partyId PARTY NAMED',
      'actor.branchId BRANCH NAMED',
      'actor.sessionId SESSION NAMED',
      'actor.approverId PARTY NAMED',
    ]);
  });

  it('finds every actor of a request', () => {
    expect(buildRules(contract).rows[0]!.actors).to.deep.equal([['actor']]);
  });

  it('has the class of every guarded field, and the messages that can hold one', () => {
    const { dataClasses, personalMessages } = buildRules(contract);
    expect([...dataClasses.keys()]).to.deep.equal(['bank.customer.v1.Person']);
    expect(Object.fromEntries(dataClasses.get('bank.customer.v1.Person')!)).to.deep.equal({
      fullName: 'PERSONAL',
      pinCode: 'SECRET',
    });
    expect(personalMessages).to.deep.equal([
      'bank.customer.v1.GetThingRequest',
      'bank.customer.v1.Line',
      'bank.customer.v1.Person',
    ]);
  });

  it('lists what any RPC may refuse with', () => {
    expect(buildRules(contract).commonErrors).to.include.members(['REQUEST_INVALID', 'IN_PROGRESS']);
  });

  it('knows the same workloads as the contract', () => {
    const words = contract.options.words('Workload');
    expect(words).to.include.members(Object.keys(mayCall));
    expect(words).to.include.members(Object.values(mayCall).flat());
  });
});

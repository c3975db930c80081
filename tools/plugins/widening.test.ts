import { expect } from 'chai';
import { compileProtos } from './compile-protos.ts';
import { type Contract, readContract } from './contract.ts';
import {
  accountOnly,
  commandFields,
  dataOption,
  edgeFor,
  idOption,
  type Sample,
  sampleFiles,
} from './sample-protos.ts';
import { widenings } from './widening.ts';

const GET = 'bank.ledger.v1.ThingService/GetThing';
const PERSONAL = dataOption('class: DATA_CLASS_PERSONAL retention: RETENTION_RELATIONSHIP');
const teller = edgeFor('audience: AUDIENCE_STAFF roles: STAFF_ROLE_TELLER');
const tellerAndAuditor = edgeFor('audience: AUDIENCE_STAFF roles: [STAFF_ROLE_TELLER, STAFF_ROLE_AUDITOR]');
const partner = (...scopes: string[]) => edgeFor(`audience: AUDIENCE_PARTNER scopes: ${JSON.stringify(scopes)}`);
const fourEyes = (...approvers: string[]) =>
  `callers: [WORKLOAD_EDGE, WORKLOAD_SECURITY_EXECUTOR] grants: {audience: AUDIENCE_STAFF
    roles: STAFF_ROLE_TELLER four_eyes: true approvers: [${approvers.join(', ')}]}`;
const command = { level: 'IDEMPOTENT', request: commandFields };

const WIDER: { what: string; before: Sample; after: Sample; told: string[] }[] = [
  {
    what: 'another caller',
    before: { rule: accountOnly },
    after: { rule: 'callers: [WORKLOAD_ACCOUNT, WORKLOAD_TRANSACTION]' },
    told: [`${GET} may be called by transaction`],
  },
  {
    what: 'another role',
    before: { rule: teller },
    after: { rule: tellerAndAuditor },
    told: [`${GET} is open to STAFF AUDITOR`],
  },
  {
    what: 'another scope',
    before: { rule: partner('accounts') },
    after: { rule: partner('accounts', 'payments') },
    told: [`${GET} is open to PARTNER payments`],
  },
  {
    what: 'another audience',
    before: { rule: teller },
    after: { rule: `${teller} grants: {audience: AUDIENCE_PUBLIC}` },
    told: [`${GET} is open to PUBLIC`],
  },
  {
    what: 'somebody who is believed',
    before: { rule: accountOnly },
    after: { rule: `${accountOnly} actor_asserters: WORKLOAD_ACCOUNT` },
    told: [`${GET} believes account on whose behalf it is`],
  },
  {
    what: 'an id of which less is asked',
    before: {
      ...command,
      request: `${commandFields} string account_id = 1 ${idOption('ID_KIND_ACCOUNT', 'ACCESS_ACT')};`,
    },
    after: { ...command, request: `${commandFields} string account_id = 1 ${idOption()};` },
    told: [`${GET} asks VIEW where it asked ACT: accountId`],
  },
  {
    what: 'an id of another kind',
    before: { request: `string account_id = 1 ${idOption()};` },
    after: { request: `string account_id = 1 ${idOption('ID_KIND_CUSTOMER')};` },
    told: [`${GET} no longer takes accountId for the id of a thing of kind ACCOUNT`],
  },
  {
    what: 'another approver',
    before: { ...command, rule: fourEyes('STAFF_ROLE_BRANCH_MANAGER') },
    after: { ...command, rule: fourEyes('STAFF_ROLE_BRANCH_MANAGER', 'STAFF_ROLE_BACK_OFFICE') },
    told: [`${GET} takes the approval of BACK_OFFICE for STAFF TELLER`],
  },
  {
    what: 'one pair of eyes fewer',
    before: { ...command, rule: fourEyes('STAFF_ROLE_BRANCH_MANAGER') },
    after: { ...command, rule: teller.replace('WORKLOAD_EDGE', '[WORKLOAD_EDGE, WORKLOAD_SECURITY_EXECUTOR]') },
    told: [`${GET} asks no second pair of eyes of STAFF TELLER`],
  },
  {
    what: 'an answer that is kept',
    before: { ...command, rule: `${accountOnly} no_replay: true` },
    after: { ...command, rule: accountOnly },
    told: [`${GET} answers a repeat, which it refused`],
  },
  {
    what: 'a field that is no longer personal',
    before: { extra: `message Person { string full_name = 1 ${PERSONAL}; }` },
    after: { extra: `message Person { string full_name = 1 ${dataOption('class: DATA_CLASS_PUBLIC')}; }` },
    told: ['bank.ledger.v1.Person.fullName is PUBLIC, and was PERSONAL'],
  },
];

describe('A contract against the one before', function againstTheOneBefore() {
  this.timeout(30_000);

  /** By the sample: many cases begin with the same. */
  const contracts = new Map<string, Promise<Contract>>();
  function read(sample: Sample): Promise<Contract> {
    const key = JSON.stringify(sample);
    const contract = contracts.get(key) ?? compileProtos(sampleFiles(sample, 1)).then(readContract);
    contracts.set(key, contract);
    return contract;
  }

  for (const { what, before, after, told } of WIDER) {
    it(`is wider by ${what}, and not the other way round`, async () => {
      const [old, now] = await Promise.all([read(before), read(after)]);
      expect(widenings(old, now)).to.deep.equal(told);
      const narrower = widenings(now, old);
      // Of another kind is neither wider nor narrower.
      expect(narrower).to.have.length(what === 'an id of another kind' ? 1 : 0);
    });
  }

  it('is not wider by what is new', async () => {
    const old = await read({});
    const now = readContract(await compileProtos({ ...sampleFiles({}, 1), ...sampleFiles({ rule: teller }, 2) }));
    expect(widenings(old, now)).to.deep.equal([]);
  });
});

import type { DescFile } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { compileProtos } from './compile-protos.ts';
import { readContract } from './contract.ts';
import { violations } from './policy.ts';
import type { Sample } from './sample-protos.ts';
import { accountOnly, commandFields, dataOption, edgeFor, idOption, sampleFiles } from './sample-protos.ts';

interface Case {
  title: string;
  samples: Sample[];
  /** The sentences, with $P for the package of the first sample. */
  says: string[];
}

const rpc = '$P.ThingService/GetThing';
const request = '$P.GetThingRequest';
const NAME = `string name = 1 ${dataOption('class: DATA_CLASS_PERSONAL retention: RETENTION_TRANSIENT')};`;
const write: Sample = { level: 'IDEMPOTENT', request: commandFields };

const cases: Case[] = [
  { title: 'accepts a read and a write', samples: [{}, { ...write, service: 'customer' }], says: [] },
  {
    title: 'accepts a stream of what there is to watch',
    samples: [{ rpc: 'WatchThings', streams: ['output'] }],
    says: [],
  },
  {
    title: 'refuses a stream of answers by another name',
    samples: [{ streams: ['output'] }],
    says: [`${rpc} streams its answers: only a read named Watch... or Export... does.`],
  },
  {
    title: 'refuses to watch by writing',
    samples: [{ ...write, rpc: 'WatchThings', streams: ['output'] }],
    says: ['$P.ThingService/WatchThings streams its answers: only a read named Watch... or Export... does.'],
  },
  {
    title: 'accepts a stream of requests for the journals alone',
    samples: [{ ...write, rpc: 'PostJournalStream', streams: ['input', 'output'] }],
    says: [],
  },
  {
    title: 'refuses any other stream of requests, and one from outside',
    samples: [
      { streams: ['input'] },
      {
        ...write,
        rpc: 'PostJournalStream',
        streams: ['input', 'output'],
        rule: edgeFor('audience: AUDIENCE_CHANNEL'),
        service: 'customer',
      },
    ],
    says: [
      'bank.customer.$V.ThingService/PostJournalStream streams its requests: only PostJournalStream does, and nobody from outside calls it.',
      `${rpc} streams its requests: only PostJournalStream does, and nobody from outside calls it.`,
    ],
  },
  {
    title: 'refuses an RPC without a rule',
    samples: [{ rule: '' }],
    says: [`${rpc} has no rule: say who may call it with option (bank.options.v1.rule).`],
  },
  {
    title: 'refuses an RPC without callers',
    samples: [{ rule: 'no_replay: false' }],
    says: [`${rpc} has no callers: name at least one workload.`],
  },
  {
    title: 'refuses an unspecified caller',
    samples: [{ rule: 'callers: WORKLOAD_UNSPECIFIED' }],
    says: [`${rpc} has WORKLOAD_UNSPECIFIED among its callers.`],
  },
  {
    title: 'refuses a caller named twice',
    samples: [{ rule: 'callers: [WORKLOAD_ACCOUNT, WORKLOAD_LOAN, WORKLOAD_ACCOUNT]' }],
    says: [`${rpc} names account twice among its callers.`],
  },
  {
    title: 'refuses an asserter of actors that is not a caller',
    samples: [{ rule: `${accountOnly} actor_asserters: WORKLOAD_LOAN` }],
    says: [`${rpc} lets loan assert an actor, which is not among its callers.`],
  },
  {
    title: 'refuses grants that nobody calls for',
    samples: [{ rule: `${accountOnly} grants: {audience: AUDIENCE_CHANNEL}` }],
    says: [`${rpc} has grants, but neither edge nor security-executor is among its callers.`],
  },
  {
    title: 'accepts grants for the security executor alone',
    samples: [{ rule: 'callers: WORKLOAD_SECURITY_EXECUTOR grants: {audience: AUDIENCE_CHANNEL}' }],
    says: [],
  },
  {
    title: 'refuses the security executor without a grant, but not the edge, which may call of its own accord',
    samples: [
      { rule: 'callers: [WORKLOAD_EDGE, WORKLOAD_SECURITY_EXECUTOR]' },
      { rule: 'callers: WORKLOAD_EDGE', service: 'customer' },
    ],
    says: [`${rpc} has security-executor among its callers, but no grant says for whom.`],
  },
  {
    title: 'refuses a grant without an audience',
    samples: [{ rule: edgeFor('') }],
    says: [`${rpc} has a grant without an audience.`],
  },
  {
    title: 'refuses staff without roles',
    samples: [{ rule: edgeFor('audience: AUDIENCE_STAFF') }],
    says: [`${rpc} has a grant to STAFF without roles.`],
  },
  {
    title: 'refuses staff with an unspecified role',
    samples: [{ rule: edgeFor('audience: AUDIENCE_STAFF roles: STAFF_ROLE_UNSPECIFIED') }],
    says: [`${rpc} has a grant to STAFF with an empty role or scope.`],
  },
  {
    title: 'refuses a role named twice',
    samples: [{ rule: edgeFor('audience: AUDIENCE_STAFF roles: [STAFF_ROLE_TELLER, STAFF_ROLE_TELLER]') }],
    says: [`${rpc} names TELLER twice in a grant to STAFF.`],
  },
  {
    title: 'refuses partners without scopes',
    samples: [{ rule: edgeFor('audience: AUDIENCE_PARTNER') }],
    says: [`${rpc} has a grant to PARTNER without scopes.`],
  },
  {
    title: 'refuses roles and scopes for customers',
    samples: [{ rule: edgeFor('audience: AUDIENCE_CHANNEL roles: STAFF_ROLE_TELLER scopes: "read"') }],
    says: [`${rpc} has a grant to CHANNEL with roles.`, `${rpc} has a grant to CHANNEL with scopes.`],
  },
  {
    title: 'accepts step_up of a command',
    samples: [
      { level: 'IDEMPOTENT', request: commandFields, rule: edgeFor('audience: AUDIENCE_CHANNEL step_up: true') },
    ],
    says: [],
  },
  {
    title: 'refuses step_up of what only reads, or of a partner',
    samples: [{ rule: edgeFor('audience: AUDIENCE_PARTNER scopes: "read" step_up: true') }],
    says: [
      `${rpc} sets step_up for others than CHANNEL and STAFF.`,
      `${rpc} sets step_up, but is no command with a request_id.`,
    ],
  },
  {
    title: 'refuses step_up with four_eyes',
    samples: [
      {
        level: 'IDEMPOTENT',
        request: commandFields,
        rule: `callers: [WORKLOAD_EDGE, WORKLOAD_SECURITY_EXECUTOR] grants: {audience: AUDIENCE_STAFF roles: STAFF_ROLE_TELLER
          step_up: true four_eyes: true approvers: STAFF_ROLE_BRANCH_MANAGER}`,
      },
    ],
    says: [`${rpc} sets step_up with four_eyes: one of them has to do.`],
  },
  {
    title: 'accepts four_eyes of one role and not of another',
    samples: [
      {
        level: 'IDEMPOTENT',
        request: commandFields,
        rule: `callers: [WORKLOAD_EDGE, WORKLOAD_SECURITY_EXECUTOR] grants: [
          {audience: AUDIENCE_STAFF roles: STAFF_ROLE_TELLER four_eyes: true approvers: STAFF_ROLE_BRANCH_MANAGER},
          {audience: AUDIENCE_STAFF roles: STAFF_ROLE_BACK_OFFICE}]`,
      },
    ],
    says: [],
  },
  {
    title: 'refuses four_eyes without approvers, and approvers without four_eyes',
    samples: [
      {
        level: 'IDEMPOTENT',
        request: commandFields,
        rule: `callers: [WORKLOAD_EDGE, WORKLOAD_SECURITY_EXECUTOR] grants: [
          {audience: AUDIENCE_STAFF roles: STAFF_ROLE_TELLER four_eyes: true},
          {audience: AUDIENCE_STAFF roles: STAFF_ROLE_AUDITOR approvers: STAFF_ROLE_BRANCH_MANAGER}]`,
      },
    ],
    says: [
      `${rpc} has a grant to STAFF with four_eyes, but no approvers.`,
      `${rpc} has a grant to STAFF without four_eyes, but with approvers.`,
    ],
  },
  {
    title: "refuses four_eyes where security could not execute in its maker's name",
    samples: [
      {
        rule: `callers: WORKLOAD_EDGE no_replay: true
          grants: {audience: AUDIENCE_CHANNEL four_eyes: true approvers: STAFF_ROLE_BRANCH_MANAGER}`,
      },
    ],
    says: [
      `${rpc} sets four_eyes for others than STAFF.`,
      `${rpc} sets four_eyes, but security-executor may not call it.`,
      `${rpc} sets four_eyes, but is no command with a request_id.`,
      `${rpc} sets four_eyes, but takes or answers credentials, which are not kept.`,
      `${rpc} sets no_replay, but only reads.`,
    ],
  },
  {
    title: 'refuses an RPC without idempotency_level',
    samples: [{ level: '' }, { level: 'IDEMPOTENCY_UNKNOWN', service: 'customer' }],
    says: [
      'bank.customer.$V.ThingService/GetThing has no idempotency_level: NO_SIDE_EFFECTS if it reads, IDEMPOTENT if it writes.',
      `${rpc} has no idempotency_level: NO_SIDE_EFFECTS if it reads, IDEMPOTENT if it writes.`,
    ],
  },
  {
    title: 'refuses no_replay on a read',
    samples: [{ rule: `${accountOnly} no_replay: true` }],
    says: [`${rpc} sets no_replay, but only reads.`],
  },
  {
    title: 'refuses workloads that call each other in a circle',
    samples: [
      { service: 'security', rule: 'callers: WORKLOAD_CUSTOMER' },
      { service: 'integration', rule: 'callers: WORKLOAD_SECURITY' },
      { service: 'customer', rule: 'callers: WORKLOAD_INTEGRATION' },
    ],
    says: [
      'The workloads call each other in a circle: customer -> security -> integration -> customer.',
      'bank.customer.$V.ThingService/GetThing has integration among its callers, which may not call customer.',
      'bank.integration.$V.ThingService/GetThing has security among its callers, which may not call integration.',
    ],
  },
  {
    title: 'refuses a service that calls itself',
    samples: [{ service: 'account' }],
    says: [
      'The workloads call each other in a circle: account -> account.',
      `${rpc} has account among its callers, which may not call account.`,
    ],
  },
  {
    title: 'refuses calls against the order of the services',
    samples: [{ rule: 'callers: WORKLOAD_CUSTOMER' }, { service: 'transaction', rule: 'callers: WORKLOAD_LOAN' }],
    says: [
      `${rpc} has customer among its callers, which may not call ledger.`,
      'bank.transaction.$V.ThingService/GetThing has loan among its callers, which may not call transaction.',
    ],
  },
  {
    title: 'refuses anybody but the edge at reporting',
    samples: [{ service: 'reporting', rule: 'callers: [WORKLOAD_TRANSACTION, WORKLOAD_SECURITY_EXECUTOR]' }],
    says: [
      `${rpc} has security-executor among its callers, but no grant says for whom.`,
      `${rpc} has transaction among its callers, which may not call reporting.`,
      `${rpc} has security-executor among its callers, which may not call reporting.`,
    ],
  },
  {
    title: 'lets nobody but the edge and the executor of approved calls call audit',
    samples: [{ service: 'audit', rule: 'callers: [WORKLOAD_TRANSACTION, WORKLOAD_SECURITY_EXECUTOR]' }],
    says: [
      `${rpc} has security-executor among its callers, but no grant says for whom.`,
      `${rpc} has transaction among its callers, which may not call audit.`,
    ],
  },
  ...['id', 'ids', 'account_id', 'account_ids', 'iban', 'payee_iban', 'payee_ibans'].map((name) => ({
    title: `refuses the id field ${name} without its option, wherever it is`,
    samples: [{ extra: `message Other { message Inner { repeated string ${name} = 1; } }` }],
    says: [
      `$P.Other.Inner.${name} is an id field without option (bank.options.v1.id): say what it names and what for.`,
    ],
  })),
  {
    title: 'accepts request_id and words that merely end alike',
    samples: [{ request: 'string request_id = 1; string grid = 2; string paid = 3;' }],
    says: [],
  },
  {
    title: 'refuses an id without kind or access',
    samples: [
      {
        request: `string a_id = 1 ${idOption('ID_KIND_UNSPECIFIED')}; string b_id = 2 ${idOption('ID_KIND_ACCOUNT', 'ACCESS_UNSPECIFIED')};`,
      },
    ],
    says: [
      `${request}.a_id does not say which kind of id it is.`,
      `${request}.b_id does not say which access its id needs.`,
    ],
  },
  {
    title: 'refuses an id that is not a string',
    samples: [
      {
        request: `int32 a_id = 1 ${idOption()}; bytes b_id = 2; map<string, string> c_ids = 3; int32 named = 4 ${idOption()};`,
      },
    ],
    says: ['a_id', 'b_id', 'c_ids', 'named'].map(
      (name) => `${request}.${name} is an id, but not a string or a list of strings.`,
    ),
  },
  {
    title: 'refuses ids in a map of a request',
    samples: [
      { request: 'map<string, Inner> things = 1;', extra: `message Inner { string account_id = 1 ${idOption()}; }` },
    ],
    says: [`${request}.things is a map that holds ids, which ${rpc} takes: use a repeated field.`],
  },
  {
    title: 'refuses ids in a message that can hold itself',
    samples: [
      {
        request: 'Tree tree = 1;',
        extra: `message Tree { string account_id = 1 ${idOption()}; repeated Tree trees = 2; }`,
      },
    ],
    says: [`${rpc} takes $P.Tree, which can hold itself and holds ids: they could not all be checked.`],
  },
  {
    title: 'refuses ids that must be checked where nobody is there to be checked',
    samples: [
      {
        rule: edgeFor('audience: AUDIENCE_PUBLIC'),
        request: `string a_id = 1 ${idOption()}; string b_id = 2 ${idOption('ID_KIND_ACCOUNT', 'ACCESS_NAMED')};`,
      },
    ],
    says: [`${rpc} is open to anybody, but ${request}.a_id needs VIEW: nobody is there to be checked.`],
  },
  {
    title: 'accepts a branch there, against which staff alone are held',
    samples: [
      {
        rule: edgeFor('audience: AUDIENCE_PUBLIC'),
        request: `string branch_id = 1 ${idOption('ID_KIND_BRANCH', 'ACCESS_ACT')};`,
      },
    ],
    says: [],
  },
  {
    title: 'accepts a tree without ids and a map of words',
    samples: [
      { request: 'Tree tree = 1; map<string, string> words = 2;', extra: 'message Tree { repeated Tree trees = 2; }' },
    ],
    says: [],
  },
  {
    title: 'refuses a write without request_id or validate_only',
    samples: [{ level: 'IDEMPOTENT', request: 'bytes request_id = 1; string validate_only = 2;' }],
    says: [
      `${rpc} writes, but ${request} has no string request_id.`,
      `${rpc} writes, but ${request} has no bool validate_only.`,
    ],
  },
  {
    title: 'spares batches the request_id, but not validate_only',
    samples: [
      { rpc: 'BatchImportThings', level: 'IDEMPOTENT', request: 'bool validate_only = 1;' },
      { service: 'customer', rpc: 'PostJournals', level: 'IDEMPOTENT' },
      { service: 'ledger', rpc: 'PlaceHolds', level: 'IDEMPOTENT' },
    ],
    says: [
      'bank.customer.$V.ThingService/PostJournals writes, but bank.customer.$V.PostJournalsRequest has no bool validate_only.',
      'bank.ledger.$V.ThingService/PlaceHolds writes, but bank.ledger.$V.PlaceHoldsRequest has no bool validate_only.',
    ],
  },
  {
    title: 'refuses a guarded field without retention, and data without a class',
    samples: [
      {
        request: `string a = 1 ${dataOption('class: DATA_CLASS_PERSONAL')}; string b = 2 ${dataOption('class: DATA_CLASS_PUBLIC')};
          string c = 3 ${dataOption('retention: RETENTION_TRANSIENT')};`,
      },
    ],
    says: [
      `${request}.a is PERSONAL without a retention.`,
      `${request}.c has option (bank.options.v1.data) without a class.`,
    ],
  },
  ...['PERSONAL', 'SECRET', 'CARD'].map((word) => ({
    title: `refuses ${word} data in an event, however deep`,
    samples: [
      {
        event: 'Outer outer = 1;',
        extra: `message Outer { repeated Inner inner = 1; }
          message Inner { string word = 1 ${dataOption(`class: DATA_CLASS_${word} retention: RETENTION_TRANSIENT`)}; }`,
      },
    ],
    says: [`$P.ThingHappened is an event and carries $P.Inner.word, which is ${word}: seal it (bank.type.v1.Sealed).`],
  })),
  {
    title: 'refuses a published read of what is personal that does not say whether whom it is about gets it',
    samples: [
      { rule: edgeFor('audience: AUDIENCE_CHANNEL'), response: NAME },
      {
        rule: `${edgeFor('audience: AUDIENCE_CHANNEL')} disclosure: DISCLOSURE_ELSEWHERE`,
        response: NAME,
        service: 'customer',
      },
    ],
    says: [`${rpc} shows what is personal: say by disclosure whether whom it is about gets it.`],
  },
  {
    title: 'refuses a service that takes what is personal, and gives whom it is about nothing',
    samples: [{ ...write, rule: edgeFor('audience: AUDIENCE_CHANNEL'), request: `${commandFields} ${NAME}` }],
    says: ['ledger takes what is personal, and no RPC of it is exported to whom it is about.'],
  },
  {
    title: 'refuses to export what cannot be asked for a customer',
    samples: [
      {
        rule: `${edgeFor('audience: AUDIENCE_CHANNEL')} disclosure: DISCLOSURE_EXPORTED`,
        request: `string card_id = 1 ${idOption('ID_KIND_HOLD')};`,
      },
      { ...write, rule: `${accountOnly} disclosure: DISCLOSURE_OTHERS`, service: 'customer' },
    ],
    says: [
      `bank.customer.$V.ThingService/GetThing says a disclosure, but writes.`,
      `${rpc} is exported, but security-executor may not call it for anybody.`,
      `${rpc} is exported, but asks for card_id, which nobody fills in.`,
    ],
  },
  { title: 'accepts sealed data in an event', samples: [{ event: 'bank.type.v1.Sealed name = 1;' }], says: [] },
  ...[
    'int64',
    'uint64',
    'sint64',
    'fixed64',
    'sfixed64',
    'google.protobuf.Int64Value',
    'google.protobuf.UInt64Value',
  ].map((type) => ({
    title: `refuses ${type} in what a request can hold`,
    samples: [{ request: 'Inner inner = 1;', extra: `message Inner { repeated ${type} count = 1; }` }],
    says: [`$P.Inner.count is a 64-bit integer that ${rpc} takes: JSON corrupts it above 2^53, use a string or int32.`],
  })),
  {
    title: 'refuses 64-bit keys of a map in a request',
    samples: [{ request: 'map<int64, string> words = 1;' }],
    says: [
      `${request}.words is a 64-bit integer that ${rpc} takes: JSON corrupts it above 2^53, use a string or int32.`,
    ],
  },
  { title: 'accepts 64-bit integers elsewhere', samples: [{ extra: 'message Other { int64 count = 1; }' }], says: [] },
  ...['float', 'double', 'google.protobuf.DoubleValue'].map((type) => ({
    title: `refuses ${type} anywhere`,
    samples: [{ extra: `message Other { map<string, ${type}> rates = 1; }` }],
    says: ['$P.Other.rates is a floating-point number: use a decimal string.'],
  })),
  {
    title: 'accepts an event that customers and partners hear of by webhook',
    samples: [
      {
        event: `option (bank.options.v1.webhook) = {grants: {audience: AUDIENCE_CHANNEL} holders_of: ["payer_id", "payee_id"] first_only: "fee"}; string payer_id = 1 ${idOption()}; string payee_id = 2 ${idOption()}; string fee = 3;`,
      },
      {
        service: 'customer',
        event: 'option (bank.options.v1.webhook) = {grants: {audience: AUDIENCE_PARTNER scopes: "things:read"}};',
      },
    ],
    says: [],
  },
  {
    title: 'refuses a webhook for staff, for partners without scopes, for nobody, and of what is no event',
    samples: [
      {
        event:
          'option (bank.options.v1.webhook) = {grants: [{audience: AUDIENCE_STAFF roles: STAFF_ROLE_TELLER}, {audience: AUDIENCE_PARTNER}]};',
      },
      { service: 'customer', extra: 'message Other { option (bank.options.v1.webhook) = {}; }' },
    ],
    says: [
      'bank.customer.$V.Other has a webhook, but is no event.',
      'bank.customer.$V.Other has a webhook that nobody hears of.',
      '$P.ThingHappened has a webhook for STAFF: only CHANNEL and PARTNER have any.',
      '$P.ThingHappened has a webhook for PARTNER: partners, and they alone, have scopes.',
    ],
  },
  {
    title:
      'refuses a webhook that names no account, tells partners what is somebody’s, or leaves out what is not there',
    samples: [
      {
        event: `option (bank.options.v1.webhook) = {grants: {audience: AUDIENCE_PARTNER scopes: "a:b"} holders_of: "thing_id" first_only: "fee"}; string thing_id = 1 ${idOption('ID_KIND_CUSTOMER')};`,
      },
    ],
    says: [
      "$P.ThingHappened is somebody's, and has a webhook for partners.",
      '$P.ThingHappened has a webhook for holders of thing_id, which names no account in it.',
      '$P.ThingHappened has a webhook that leaves out fee, where there is nothing to leave out.',
    ],
  },
  {
    title: 'refuses an error paragraph that it cannot read',
    samples: [
      { comment: 'Gets it.\n\nErrors: not found' },
      { service: 'customer', comment: 'Gets.\n\nErrors: A_B, and those of GetMore' },
    ],
    says: [
      'bank.customer.$V.ThingService/GetThing says "and those of GetMore", which is no RPC of bank.customer.$V.ThingService.',
      `${rpc} lists "not found" among its errors, which is not REASON, REASON (CODE) or REASON (CODE: remark).`,
    ],
  },
];

describe('The policy of the contracts', () => {
  let files: DescFile[];

  // One build for all cases: each has its own version of the packages.
  before(async function () {
    this.timeout(30_000);
    const sources = cases.flatMap(({ samples }, index) => samples.map((sample) => sampleFiles(sample, index + 1)));
    files = await compileProtos(Object.assign({}, ...sources));
  });

  for (const [index, { title, samples, says }] of cases.entries()) {
    it(title, () => {
      const version = `v${index + 1}`;
      const shared = files.filter((file) => /^bank\.(options|type)\.v1$/.test(file.proto.package));
      const own = files.filter((file) => file.name.split('/')[2] === version && !shared.includes(file));
      const expected = says.map((sentence) => {
        return sentence.replaceAll('$P', `bank.${samples[0]?.service ?? 'ledger'}.$V`).replaceAll('$V', version);
      });
      expect(violations(readContract([...shared, ...own]))).to.deep.equal(expected);
    });
  }
});

import type { DescFile, DescMessage } from '@bufbuild/protobuf';
import { createRegistry, fromJson } from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import { expect } from 'chai';
import { buildIn, compileProtos, root } from '../compile-protos.ts';
import type { Contract } from '../contract.ts';
import { readContract } from '../contract.ts';
import { commandFields, dataOption, edgeFor, idOption, sampleFiles } from '../sample-protos.ts';
import { constraintWords } from './constraints.ts';
import { anchor } from './markdown.ts';
import { referencePages } from './pages.ts';
import { sampleOf } from './samples.ts';

const rule = (text: string): string => `[(buf.validate.field).${text}]`;

const sources = sampleFiles(
  {
    service: 'customer',
    level: 'IDEMPOTENT',
    rule: edgeFor('audience: AUDIENCE_PUBLIC'),
    comment: 'Does it | or not.\n\nErrors: A_B (NOT_FOUND: it | he), C_D',
    request: `${commandFields}
      // The account.
      string account_id = 1 ${idOption('ID_KIND_ACCOUNT', 'ACCESS_NAMED')};
      string a = 2 ${rule('string = {min_len: 1 max_len: 1000}')};
      string b = 3 ${rule('string.pattern = "^[A-Z|]{3}$"')};
      int32 c = 4 ${rule('int32 = {gte: 2 lt: 5000}')};
      Colour colour = 5 ${rule('enum = {defined_only: true not_in: [0, 1]}')};
      repeated string e = 6 ${rule('repeated = {min_items: 2 max_items: 3 unique: true items: {string: {max_len: 5}}}')};
      bank.type.v1.Money amount = 7 ${rule('required = true')};
      map<string, string> g = 8 ${rule('map = {max_pairs: 4 keys: {string: {len: 2}}}')};
      string h = 9 ${rule('string.email = true')};
      string i = 10 ${rule('cel = {id: "i" message: "is lucky" expression: "this == \'7\'"}')};
      oneof choice { string left = 11; string right = 12; }
      Colour shade = 13; string plain = 14 ${dataOption('class: DATA_CLASS_PERSONAL retention: RETENTION_RELATIONSHIP')};`,
    extra: `// Of the rainbow.
      enum Colour { COLOUR_UNSPECIFIED = 0; COLOUR_RED = 1; COLOUR_BLUE = 2; }
      // A thing.
      message Thing { Colour colour = 1; }`,
    event: 'Thing thing = 1;',
  },
  1,
);

describe('The reference of a contract', () => {
  let contract: Contract;
  let request: DescMessage;
  let pages: Map<string, string>;

  before(async () => {
    contract = readContract(await compileProtos(sources));
    request = contract.rpcs[0]!.method.input;
    pages = referencePages(contract);
  });

  it('says constraints in words', () => {
    const words = Object.fromEntries(request.fields.map((field) => [field.name, constraintWords(field).join('; ')]));
    expect(words).to.deep.include({
      a: 'required; 1 to 1,000 characters',
      b: 'required; matches `^[A-Z|]{3}$`',
      c: 'at least 2; less than 5,000',
      colour: 'required; not `COLOUR_RED`',
      e: 'required; 2 to 3 items; no item twice; each at most 5 characters',
      amount: 'required',
      g: 'at most 4 pairs; each key required, 2 characters',
      h: 'a valid email',
      i: 'is lucky',
      plain: '',
    });
  });

  it('makes samples that keep the constraints', () => {
    expect(sampleOf(request, contract.options)).to.deep.include({
      requestId: '6f1c2a9e-3b7d-4c58-9a41-d2e0b8f7c635',
      accountId: 'acc_01kg3v9m2hf7c8t4xq0zr6y5wb',
      colour: 'COLOUR_BLUE',
      amount: { currencyCode: 'EUR', amount: '12.50' },
    });
    expect(sampleOf(request, contract.options)).to.not.have.any.keys('validateOnly', 'right', 'g');
  });

  it('has a page for the service, with callers, errors, ids, classes and an example', () => {
    expect(pages.get('customer.md'))
      .to.include('- Who may call it: anybody, without a token, through the edge')
      .and.include('| `A_B` | `NOT_FOUND` | it \\| he |')
      .and.include('| `accountId` | string | id (account): merely named | The account. |')
      .and.include('**personal** data, kept: relationship')
      .and.include('(Or `right`.)')
      .and.include('curl -s http://localhost:8080/bank.customer.v1.ThingService/GetThing')
      .and.not.include('$TOKEN');
  });

  it('has messages, enums and events apart', () => {
    const text = pages.get('customer.md') ?? '';
    const headings = [...text.matchAll(/^##+ .*$/gm)].map((match) => match[0]);
    expect(headings).to.deep.equal([
      '## RPCs',
      '### GetThing',
      '## Messages',
      '### Thing',
      '## Enums',
      '### Colour',
      '## Events',
      '### ThingHappened',
    ]);
  });

  it('lists every reason with the RPCs that answer it', () => {
    expect(pages.get('errors.md')).to.include('| `C_D` |  | [customer.GetThing](customer.md#getthing) |');
  });
});

describe("The reference of the bank's own contracts", function () {
  this.timeout(30_000);
  let files: DescFile[];
  let contract: Contract;

  before(async () => {
    files = await buildIn(root);
    contract = readContract(files);
  });

  it('has no link that leads nowhere', () => {
    const pages = referencePages(contract);
    const anchors = new Map(
      [...pages].map(([name, text]) => [
        name,
        new Set([...text.matchAll(/^#+ (.*)$/gm)].map((match) => anchor(match[1] ?? ''))),
      ]),
    );
    const broken = [...pages].flatMap(([name, text]) =>
      [...text.matchAll(/\]\(([a-z]*\.md|README\.md)?(?:#([^)]*))?\)/g)]
        .filter(
          ([, page = name, target]) => !anchors.has(page) || (target !== undefined && !anchors.get(page)?.has(target)),
        )
        .map(([link]) => `${name}: ${link}`),
    );
    expect(broken).to.deep.equal([]);
  });

  it('shows a stream called by buf, which plain curl cannot read', () => {
    const ledger = referencePages(contract).get('ledger.md') ?? '';
    const [, section = ''] = ledger.split('### WatchBalances\n');
    expect(section.slice(0, section.indexOf('\n### ')))
      .to.include('buf curl --schema .')
      .and.not.include('curl -s');
  });

  it('shows journals that balance, and nobody who pays to himself', () => {
    const samples = new Map(contract.rpcs.map(({ method }) => [method.name, sampleOf(method.input, contract.options)]));
    const money = { currencyCode: 'EUR', amount: '12.50' };
    expect(samples.get('PostJournals'))
      .to.have.nested.property('journals[0].legs')
      .that.deep.equals([
        { ledgerAccountId: 'lac_01kg3v9m2hf7c8t4xq0zr6y5wb', side: 'SIDE_DEBIT', amount: money },
        { ledgerAccountId: 'lac_01kg3v9m2hf7c8t4xq0zr6y5wc', side: 'SIDE_CREDIT', amount: money },
      ]);
    const { debtorAccountId, creditorAccountId } = samples.get('TransferFunds') ?? {};
    expect(debtorAccountId).to.be.a('string').and.not.equal(creditorAccountId);
  });

  it('shows only requests that the contract accepts', () => {
    const registry = createRegistry(...files);
    const validator = createValidator({ registry });
    const wrong = contract.rpcs.flatMap(({ path, method }) => {
      const sample = sampleOf(method.input, contract.options);
      const result = validator.validate(method.input, fromJson(method.input, sample, { registry }));
      return result.kind === 'valid' ? [] : [`${path}: ${result.error?.message}`];
    });
    expect(wrong).to.deep.equal([]);
  });
});

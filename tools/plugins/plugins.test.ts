import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { root, runBuf, withWorkspace } from './compile-protos.ts';
import { edgeFor, idOption, sampleFiles } from './sample-protos.ts';

const template = JSON.stringify({
  version: 'v2',
  clean: true,
  inputs: [{ directory: '.', exclude_paths: ['third_party/protovalidate/buf'] }],
  plugins: [
    { local: [process.execPath, join(root, 'tools/plugins/protoc-gen-bank-rules.ts')], out: 'gen', strategy: 'all' },
    {
      local: [process.execPath, join(root, 'tools/plugins/protoc-gen-bank-reference.ts')],
      out: 'reference',
      strategy: 'all',
    },
  ],
});

const good = {
  rule: edgeFor('audience: AUDIENCE_PARTNER scopes: "it\'s"'),
  request: `string account_id = 1 ${idOption()};`,
  comment: "Gets it, if it's there.\n\nErrors: NOT_THERE (NOT_FOUND)",
};

describe('The buf plugins', function () {
  this.timeout(30_000);

  it('write a table that Node can run, and the pages', async () => {
    await withWorkspace(sampleFiles(good, 1), async (folder) => {
      await runBuf(folder, 'generate', '--template', template);
      const rules = (await import(pathToFileURL(join(folder, 'gen/bank/rules.ts')).href)) as Record<string, unknown>;
      const path = 'bank.ledger.v1.ThingService/GetThing';
      const rule = {
        callers: ['edge'],
        grants: [{ audience: 'PARTNER', roles: [], scopes: ["it's"], stepUp: false, fourEyes: false, approvers: [] }],
        actorAsserters: [],
        edge: true,
        noReplay: false,
        idempotency: 'no_side_effects',
        disclosure: '',
        readsPersonal: true,
        shows: [],
        ids: [{ path: ['accountId'], kind: 'ACCOUNT', access: 'VIEW' }],
        actors: [],
        errors: ['NOT_THERE'],
      };
      expect(rules['rules']).to.deep.equal({ [path]: rule });
      expect(rules['rulesByPath']).to.deep.equal(new Map([[path, rule]]));
      expect(await readdir(join(folder, 'reference'))).to.have.members([
        'README.md',
        'errors.md',
        'ledger.md',
        'types.md',
      ]);
    });
  });

  it('write the same bytes every time', async () => {
    await withWorkspace({ ...sampleFiles(good, 1), ...sampleFiles({ service: 'customer' }, 1) }, async (folder) => {
      const once = await generated(folder);
      expect(await generated(folder)).to.deep.equal(once);
      expect(once).to.have.lengthOf(6);
    });
  });

  it('fail with all sentences, and write nothing', async () => {
    const bad = { ...good, rule: '', request: 'string account_id = 1; double rate = 2;' };
    await withWorkspace(sampleFiles(bad, 1), async (folder) => {
      const failure: unknown = await runBuf(folder, 'generate', '--template', template).catch(
        (error: unknown) => error,
      );
      expect(failure).to.have.property('code').above(0);
      expect(failure)
        .to.have.property('stderr')
        .which.includes('bank.ledger.v1.ThingService/GetThing has no rule: say who may call it')
        .and.includes('bank.ledger.v1.GetThingRequest.account_id is an id field without option (bank.options.v1.id)')
        .and.includes('bank.ledger.v1.GetThingRequest.rate is a floating-point number');
      expect(await access(join(folder, 'gen')).catch(() => 'nothing')).to.equal('nothing');
    });
  });
});

async function generated(folder: string): Promise<(readonly [string, string])[]> {
  await runBuf(folder, 'generate', '--template', template);
  const paths = [
    'gen/bank/rules.ts',
    ...(await readdir(join(folder, 'reference'))).sort().map((name) => `reference/${name}`),
  ];
  return Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const));
}

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { rulesByPath } from '#gen/bank/rules.ts';
import { kebab } from '../_testbed/house-rules.ts';
import { refuse } from './domain/refusals.ts';

/** Refused like another RPC, in whose test that is tried: only what is their own is tried in their own tests. */
const ALIKE: Readonly<Record<string, string>> = {
  ReverseJournal: 'PostJournals',
  CaptureHold: 'PostJournals',
  PostJournalStream: 'PostJournals',
  WatchEntries: 'WatchBalances',
};

/** Tests of an RPC beside its own. */
const ALSO_IN: Readonly<Record<string, readonly string[]>> = { PostJournals: ['captures-in-groups.test.ts'] };

describe('The refusals of the ledger', () => {
  for (const { name } of LedgerService.methods) {
    it(`are all tried in the test of ${name}, as its contract lists them`, () => {
      const files = [`rpc/${kebab(name)}.test.ts`, ...(ALSO_IN[name] ?? [])];
      const test = files.map((file) => readFileSync(new URL(file, import.meta.url), 'utf8')).join('\n');
      const others = listedFor(ALIKE[name] ?? '');
      const listed = listedFor(name).filter((reason) => !others.includes(reason));
      expect(listed.filter((reason) => !test.includes(`'${reason}'`))).to.deep.equal([]);
    });
  }

  it('are all listed by some RPC', () => {
    const listed = new Set(LedgerService.methods.flatMap(({ name }) => listedFor(name)));
    const source = readFileSync(new URL('domain/refusals.ts', import.meta.url), 'utf8');
    const known = [...source.matchAll(/^ {2}([A-Z_]+): \[/gm)].map(([, reason]) => reason ?? '');
    expect(known.length).to.be.above(20);
    expect(known.filter((reason) => !listed.has(reason))).to.deep.equal([]);
    expect(refuse('JOURNAL_NOT_FOUND').domain).to.equal('ledger');
  });
});

function listedFor(rpc: string): readonly string[] {
  return rulesByPath.get(`${LedgerService.typeName}/${rpc}`)?.errors ?? [];
}

import { expect } from 'chai';
import { readHouse, readRpcs } from './house.ts';
import {
  filesWithoutRpc,
  hatches,
  importsAcross,
  impureImports,
  kebab,
  longFiles,
  machineNames,
  moneyAsNumber,
  roomsAmiss,
  rpcsWithoutFile,
} from './house-rules.ts';

describe('The house', function theHouse() {
  // It reads every file of the house, on a machine that may be busy.
  this.timeout(60_000);
  const house = readHouse();

  it('has a file and a test for every RPC of the contracts', async () => {
    expect(rpcsWithoutFile(house, await readRpcs(house))).to.deep.equal([]);
  });

  it('has no RPC file that the contracts do not name', async () => {
    expect(filesWithoutRpc(house, await readRpcs(house))).to.deep.equal([]);
  });

  it('has the same rooms in every service', () => {
    expect(roomsAmiss(house)).to.deep.equal([]);
  });

  it('has no import from one service into another', () => {
    expect(importsAcross(house)).to.deep.equal([]);
  });

  it('has no input or output in domain/ and _rules/', () => {
    expect(impureImports(house)).to.deep.equal([]);
  });

  it('has no file that is too long', () => {
    expect(longFiles(house)).to.deep.equal([]);
  });

  it('hides nothing from the type checker and the linters', () => {
    expect(hatches(house)).to.deep.equal([]);
  });

  it('never makes a JavaScript number of money', () => {
    expect(moneyAsNumber(house)).to.deep.equal([]);
  });

  it('names no package registry and no folder of one machine', () => {
    expect(machineNames(house)).to.deep.equal([]);
  });
});

describe('The rules of the house', () => {
  it('name the file of an RPC after it', () => {
    expect(['OpenAccount', 'GetIBANStatus', 'PostJournals', 'Get2FA'].map(kebab)).to.deep.equal([
      'open-account',
      'get-iban-status',
      'post-journals',
      'get2-fa',
    ]);
  });

  it('find an RPC without its test, and a file without its RPC', () => {
    const house = new Map([
      ['services/card/rpc/block-card.ts', ''],
      ['services/card/rpc/old.test.ts', ''],
    ]);
    const rpcs = [{ service: 'card', name: 'BlockCard' }];
    expect(rpcsWithoutFile(house, rpcs)).to.deep.equal(['services/card/rpc/block-card.test.ts']);
    expect(filesWithoutRpc(house, rpcs)).to.deep.equal(['services/card/rpc/old.test.ts']);
  });

  it('find a missing room and a strange one', () => {
    const rooms = [
      'README.md',
      'main.ts',
      'service.ts',
      'context.ts',
      'tables.ts',
      'events.ts',
      'rpc/a.ts',
      'domain/a.ts',
    ];
    const house = new Map([...rooms, 'helpers/a.ts'].map((room) => [`services/card/${room}`, '']));
    expect(roomsAmiss(house)).to.deep.equal([
      'services/card/migrations/ is missing',
      'services/card/helpers/ is not a room',
    ]);
    expect(roomsAmiss(new Map([['services/edge/main.ts', '']]))).to.deep.equal(['services/edge/README.md is missing']);
  });

  it('find an import across services, however it is written', () => {
    const house = new Map([
      ['services/card/a.ts', `import {\n  x,\n  y,\n} from '../loan/b.ts';\nimport { z } from '#chassis/money.ts';`],
      ['services/card/b.ts', `const x = await import('../../services/loan/b.ts');`],
      ['services/_chassis/c.ts', `export { x } from '../card/a.ts';\nimport '#rules/currency.ts';`],
      ['services/_testbed/d.ts', `import { x } from '../card/a.ts';`],
    ]);
    expect(importsAcross(house)).to.deep.equal([
      'services/card/a.ts imports services/loan/b.ts',
      'services/card/b.ts imports services/loan/b.ts',
      'services/_chassis/c.ts imports services/card/a.ts',
    ]);
  });

  it('find input and output in pure code', () => {
    const house = new Map([
      [
        'services/card/domain/a.ts',
        `import { readFileSync } from 'node:fs';\nimport { money } from '#chassis/money.ts';`,
      ],
      ['services/card/domain/b.ts', `import { Card } from '../tables.ts';\nimport { a } from './a.ts';`],
      [
        'services/_rules/c.ts',
        `import type { Kysely } from 'kysely';\nimport { x } from '#gen/bank/type/v1/money_pb.ts';`,
      ],
      ['services/card/domain/a.test.ts', `import { expect } from 'chai';`],
    ]);
    expect(impureImports(house)).to.deep.equal([
      'services/card/domain/a.ts imports node:fs',
      'services/card/domain/b.ts imports services/card/tables.ts',
      'services/_rules/c.ts imports kysely',
    ]);
  });

  it('find what a file must not hold', () => {
    // Each piece is harmless by itself, so that this file does not break the rules that it tests.
    const whole = (...pieces: string[]): string => pieces.join('');
    const hidden = [whole('// TO', 'DO later'), whole('x as unk', 'nown as y'), whole('// @ts-', 'ignore')];
    const numbers = [
      whole('const x = Num', 'ber(entry.amount);'),
      whole('balance.toNum', 'ber();'),
      'Number(pageSize);',
    ];
    const house = new Map([
      ['services/card/a.ts', hidden.join('\n')],
      ['services/card/b.ts', numbers.join('\n')],
      ['README.md', whole('see https://regis', 'try.example.org/x\n or /wo', 'rk/main')],
      ['services/card/long.ts', '\n'.repeat(300).concat('x')],
    ]);
    expect(hatches(house)).to.have.length(3);
    expect(moneyAsNumber(house)).to.have.length(2);
    expect(machineNames(house)).to.have.length(2);
    expect(longFiles(house)).to.deep.equal(['services/card/long.ts has 301 lines']);
  });
});

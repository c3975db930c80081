import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeScratch, memoryHome, removeScratch } from './scratch.ts';

describe('A throw-away folder', () => {
  it('stays while its maker lives, though the same process makes another', async () => {
    const first = await makeScratch();
    const second = await makeScratch();
    try {
      expect(existsSync(first)).to.equal(true);
    } finally {
      await Promise.all([first, second].map((folder) => removeScratch(folder)));
    }
    expect([first, second].filter((folder) => existsSync(folder))).to.deep.equal([]);
  });

  it('goes with the next one when its maker is gone', async () => {
    const left = await makeScratch();
    await writeFile(join(left, 'scratch.owner'), '1 of long ago');
    const next = await makeScratch();
    expect(existsSync(left)).to.equal(false);
    await removeScratch(next);
  });

  it('stands in memory where there is enough', async function inMemory() {
    const home = await memoryHome();
    if (home === undefined) return this.skip();
    const folder = await makeScratch(home);
    expect(folder).to.match(/^\/dev\/shm\/corebank-scratch-/);
    await removeScratch(folder);
    expect(existsSync(folder)).to.equal(false);
  });
});

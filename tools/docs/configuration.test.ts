import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { configurationPage } from './configuration.ts';

describe('docs/configuration.md', () => {
  it('is what `make gen` writes from the variables', async () => {
    expect(await readFile('docs/configuration.md', 'utf8')).to.equal(configurationPage());
  });

  it('gives every variable a meaning', () => {
    expect(configurationPage()).to.not.include('undefined');
  });
});

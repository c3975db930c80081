import { expect } from 'chai';
import { paragraphs, parseErrors, prose } from './errors.ts';

describe('The error paragraph of a comment', () => {
  it('is empty where there is none', () => {
    expect(parseErrors(' Gets it.\n')).to.deep.equal({ ofItems: false, reasons: [], alsoOf: [] });
    expect(parseErrors(undefined).reasons).to.deep.equal([]);
  });

  it('gives reasons, codes and remarks, over several lines', () => {
    const { reasons } = parseErrors(
      ' Gets it.\n\n Errors: A_B, C (NOT_FOUND),\n D_1 (INVALID_ARGUMENT: more than 1,000, or none), E (when it rains).\n',
    );
    expect(reasons).to.deep.equal([
      { reason: 'A_B', code: '', remark: '' },
      { reason: 'C', code: 'NOT_FOUND', remark: '' },
      { reason: 'D_1', code: 'INVALID_ARGUMENT', remark: 'more than 1,000, or none' },
      { reason: 'E', code: '', remark: 'when it rains' },
    ]);
  });

  it('says when it is about items', () => {
    expect(parseErrors('Errors (of items): A').ofItems).to.equal(true);
    expect(parseErrors('Errors (of any RPC): A')).to.deep.include({ ofItems: false, alsoOf: [] });
  });

  it('points to other RPCs', () => {
    expect(parseErrors('Errors: A, and those of PostJournals')).to.deep.include({ alsoOf: ['PostJournals'] });
    expect(parseErrors('Errors: A and those of GetIt and PutIt.')).to.deep.include({ alsoOf: ['GetIt', 'PutIt'] });
  });

  it('refuses what is no reason, a reason twice, and a second paragraph', () => {
    expect(() => parseErrors('Errors: NotFound')).to.throw('lists "NotFound" among its errors');
    expect(() => parseErrors('Errors: A (NOT_FOUND')).to.throw('lists "A (NOT_FOUND" among its errors');
    expect(() => parseErrors('Errors: A, B, A')).to.throw('lists the error reason A twice');
    expect(() => parseErrors('Errors: A\n\nErrors: B')).to.throw('more than one paragraph');
  });

  it('is not part of the prose', () => {
    const comment = ' One\n two.\n\n Errors: A\n\n Three.\n';
    expect(paragraphs(comment)).to.deep.equal(['One two.', 'Errors: A', 'Three.']);
    expect(prose(comment)).to.deep.equal(['One two.', 'Three.']);
  });
});

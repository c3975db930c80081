import { expect } from 'chai';
import { readDate, requireDate } from './dates.ts';
import { Refusal, refusals } from './errors.ts';

describe('Business dates', () => {
  const read = (text: string, by = readDate) => {
    try {
      return by('value_date', text)?.toString();
    } catch (error) {
      const [violation] = (error as Refusal).violations;
      return `${violation?.field}: ${violation?.description}`;
    }
  };

  it('are days of the calendar', () => {
    expect(read('2026-01-31')).to.equal('2026-01-31');
    expect(read('2024-02-29')).to.equal('2024-02-29');
    expect(read('0001-01-01')).to.equal('0001-01-01');
    expect(read('9999-12-31')).to.equal('9999-12-31');
    expect(read('')).to.equal(undefined);
  });

  it('are refused when they are none, naming the field', () => {
    for (const text of ['2026-02-29', '2026-13-01', '2026-00-10', '0000-01-01', '31.1.2026', 'today', '2026-1-1']) {
      expect(read(text), text).to.match(/^value_date: .* is no day of the calendar; write YYYY-MM-DD\.$/);
    }
    const refuse = refusals('test', { DATE_INVALID: ['INVALID_ARGUMENT', 'It is no day.'] });
    for (const by of [() => readDate('from', '2026-02-29', refuse), () => requireDate('from', '', refuse)]) {
      expect(by)
        .to.throw(Refusal)
        .that.deep.includes({ reason: 'DATE_INVALID', metadata: { field: 'from' } });
    }
    expect(read('', requireDate)).to.equal('value_date: A date is required: YYYY-MM-DD.');
  });
});

import { expect } from 'chai';
import { TEMPLATES } from './domain/templates.ts';
import { LOCALES } from './domain/words.ts';
import { render } from './rendering.ts';

describe('texts', () => {
  const filled = (body: string, values: Record<string, string> = {}) => render({ subject: '', body }, values).body;

  it('of every template are filled in, in every language, with what the template gives', () => {
    for (const { values, texts } of Object.values(TEMPLATES)) {
      const given = Object.fromEntries(values.map((value) => [value, `<${value}>`]));
      for (const locale of LOCALES) {
        const { subject, body } = render(texts[locale], given);
        expect(subject.length).to.be.within(5, 100);
        expect(body).to.not.include('{{');
      }
    }
  });

  it('can choose between sentences, and change letters', () => {
    const body = '{% if amount == "1" %}one{% else %}{{ amount | upcase }}{% endif %}';
    expect([filled(body, { amount: '1' }), filled(body, { amount: 'many' })]).to.deep.equal(['one', 'MANY']);
  });

  it('can name nothing else, read nothing, run nothing, and not go on for ever', () => {
    const hostile = [
      '{{ other }}',
      '{{ amount.constructor }}',
      '{{ amount.__proto__.x }}',
      '{{ "x" | constructor }}',
      '{{ amount | raw }}',
      '{{ amount | where_exp: "x", "y" }}',
      '{% include "/etc/passwd" %}',
      '{% render "/etc/passwd" %}',
      '{% layout "x" %}',
      '{% for i in (1..1000000000) %}x{% endfor %}',
      '{% assign x = 1 %}',
      '{% tablerow i in (1..9) %}x{% endtablerow %}',
      '{% if %}',
      'x'.repeat(10_001),
    ];
    for (const body of hostile) expect(() => filled(body, { amount: '1' }), body.slice(0, 60)).to.throw();
  });

  it('are not read again in what they are filled with', () => {
    expect(filled('{{ amount }}', { amount: '{{ other }}{% if %}' })).to.equal('{{ other }}{% if %}');
  });

  it('make a subject of one line, and leave out control characters', () => {
    const values = { amount: '1\r\nBcc: all@example.com\0\u001b[2J\u202e' };
    const { subject, body } = render({ subject: 'a\n{{ amount }}', body: 'a\n{{ amount }}' }, values);
    expect(subject).to.equal('a 1 Bcc: all@example.com [2J');
    expect(body).to.equal('a\n1\nBcc: all@example.com  [2J');
  });
});

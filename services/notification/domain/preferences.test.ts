import { expect } from 'chai';
import {
  allChoices,
  type Choice,
  choose,
  consentChanges,
  endable,
  isTimeZone,
  wantsNews,
  waysOf,
} from './preferences.ts';
import type { Place, Rhythm, Topic } from './words.ts';

const wanted = (topic: Topic, place: Place, rhythm: Rhythm = 'at once'): Choice => ({
  topic,
  place,
  wanted: true,
  rhythm,
});
const unwanted = (topic: Topic, place: Place): Choice => ({ ...wanted(topic, place), wanted: false });

describe('preferences', () => {
  const namesOf = (...asked: Parameters<typeof waysOf>) => waysOf(...asked).map(({ channel }) => channel);

  it('send security by e-mail, and the rest nowhere, until something is chosen', () => {
    expect([namesOf({}, 'security'), namesOf({}, 'money_in')]).to.deep.equal([['email'], []]);
    const chosen = choose({}, [
      wanted('money_in', 'sms'),
      wanted('money_in', 'email'),
      unwanted('money_in', 'sms'),
      wanted('security', 'push'),
    ]);
    expect([namesOf(chosen, 'money_in'), namesOf(chosen, 'security')]).to.deep.equal([['email'], ['email', 'push']]);
    expect(allChoices(chosen).filter((choice) => choice.wanted)).to.have.length(3);
  });

  it('cannot mute what warns of theft, nor gather it, not even by a row that says so', () => {
    const reasonOf = (...changes: Choice[]) => {
      try {
        return choose({}, changes) && 'none';
      } catch (error) {
        return (error as { reason: string }).reason;
      }
    };
    expect(reasonOf(unwanted('security', 'email'))).to.equal('SECURITY_NOT_MUTABLE');
    expect(reasonOf(wanted('security', 'email', 'daily'))).to.equal('SECURITY_NOT_GATHERED');
    expect(reasonOf(wanted('security', 'push', 'weekly'))).to.equal('SECURITY_NOT_GATHERED');
    const row = { 'security email': false };
    expect(waysOf(row, 'security')).to.deep.equal([{ channel: 'email', rhythm: 'at once' }]);
    expect(waysOf({ 'security email': 'weekly' }, 'security')).to.deep.equal([{ channel: 'email', rhythm: 'at once' }]);
  });

  it('are ended from a message of one topic, or one with news, and never what cannot be muted', () => {
    expect(endable(['money_in', 'money_in'], 'email')).to.equal('money_in');
    expect(endable(['money_in', 'product_news'], 'email')).to.equal('product_news');
    expect(endable(['money_in', 'money_out'], 'email')).to.equal(undefined);
    expect(endable(['security'], 'email')).to.equal(undefined);
    expect(endable(['security'], 'sms')).to.equal('security');
  });

  it('gather what is to be gathered', () => {
    const chosen = choose({}, [wanted('money_in', 'email', 'daily'), wanted('money_in', 'push')]);
    expect(waysOf(chosen, 'money_in')).to.deep.equal([
      { channel: 'email', rhythm: 'daily' },
      { channel: 'push', rhythm: 'at once' },
    ]);
  });

  it('consent to no news of products by themselves, and know each consent that is given and withdrawn', () => {
    expect(wantsNews({})).to.equal(false);
    const given = choose({}, [wanted('product_news', 'inbox'), wanted('product_news', 'email', 'weekly')]);
    expect(wantsNews(given)).to.equal(true);
    expect(consentChanges({}, given)).to.deep.equal([
      { place: 'inbox', given: true },
      { place: 'email', given: true },
    ]);
    const rest = choose(given, [wanted('product_news', 'email'), unwanted('product_news', 'inbox')]);
    expect(consentChanges(given, rest)).to.deep.equal([{ place: 'inbox', given: false }]);
    expect(wantsNews(choose(rest, [unwanted('product_news', 'email')]))).to.equal(false);
  });

  it('know the time zones of the world, and no offsets', () => {
    const known = ['Europe/Prague', 'UTC', 'America/Argentina/Buenos_Aires'];
    expect(known.map(isTimeZone)).to.deep.equal([true, true, true]);
    expect(['', '+02:00', 'Europe', 'Mars/Base', '../../etc'].map(isTimeZone)).to.not.include(true);
  });
});

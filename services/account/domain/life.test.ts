import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { checkDormancy, dormancyEvent, dormantDate, LIFE, type LifeEvent, next, type Quiet } from './life.ts';
import type { AccountState } from './words.ts';

function outcomeOf(work: () => unknown): string {
  try {
    return String(work());
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

// One line a state: what becomes of it by each event, in the order of the first line.
const TABLE = `
            open                  open_migrating        decline               cut_over              rest                  sleep                 move                  wake                  close                 escheat
  pending   active                migrating             closed                ACCOUNT_NOT_MIGRATING ACCOUNT_NOT_ACTIVE    ACCOUNT_NOT_ACTIVE    ACCOUNT_NOT_ACTIVE    ACCOUNT_NOT_ACTIVE    ACCOUNT_NOT_ACTIVE    ACCOUNT_NOT_ACTIVE
  migrating ACCOUNT_NOT_ACTIVE    ACCOUNT_NOT_ACTIVE    ACCOUNT_NOT_ACTIVE    active                ACCOUNT_NOT_ACTIVE    ACCOUNT_NOT_ACTIVE    ACCOUNT_NOT_ACTIVE    ACCOUNT_NOT_ACTIVE    ACCOUNT_NOT_ACTIVE    ACCOUNT_NOT_ACTIVE
  active    STATE_INVALID         STATE_INVALID         STATE_INVALID         ACCOUNT_NOT_MIGRATING inactive              STATE_INVALID         STATE_INVALID         ACCOUNT_NOT_DORMANT   closed                ACCOUNT_NOT_DORMANT
  inactive  STATE_INVALID         STATE_INVALID         STATE_INVALID         ACCOUNT_NOT_MIGRATING STATE_INVALID         dormant               active                active                closed                ACCOUNT_NOT_DORMANT
  dormant   ACCOUNT_DORMANT       ACCOUNT_DORMANT       ACCOUNT_DORMANT       ACCOUNT_NOT_MIGRATING ACCOUNT_DORMANT       ACCOUNT_DORMANT       ACCOUNT_DORMANT       active                ACCOUNT_DORMANT       escheated
  closed    ACCOUNT_CLOSED        ACCOUNT_CLOSED        ACCOUNT_CLOSED        ACCOUNT_NOT_MIGRATING ACCOUNT_CLOSED        ACCOUNT_CLOSED        ACCOUNT_CLOSED        ACCOUNT_CLOSED        ACCOUNT_CLOSED        ACCOUNT_CLOSED
  escheated ACCOUNT_ESCHEATED     ACCOUNT_ESCHEATED     ACCOUNT_ESCHEATED     ACCOUNT_NOT_MIGRATING ACCOUNT_ESCHEATED     ACCOUNT_ESCHEATED     ACCOUNT_ESCHEATED     ACCOUNT_ESCHEATED     ACCOUNT_ESCHEATED     ACCOUNT_ESCHEATED
`;

describe('the life of an account', () => {
  const [events = [], ...lines] = TABLE.trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/));
  for (const [state = '', ...outcomes] of lines) {
    for (const [index, event] of events.entries()) {
      it(`${state}, ${event}: ${outcomes[index]}`, () => {
        expect(outcomeOf(() => next(state as AccountState, event as LifeEvent))).to.equal(outcomes[index]);
      });
    }
  }

  it('is told of each state in the table', () => {
    expect(lines.map(([state]) => state)).to.have.members(Object.keys(LIFE));
  });
});

describe('an account at the end of a day', () => {
  const terms = { inactiveAfterDays: 10, dormantAfterDays: 30 };
  const day = '2026-03-31';
  const quiet = (state: AccountState, lastMoved: string, stateSince = lastMoved, freezeDebits = false): Quiet => ({
    state,
    lastMoved,
    stateSince,
    freezeDebits,
  });
  const cases: [string, Quiet, LifeEvent | undefined][] = [
    ['was moved nine days ago', quiet('active', '2026-03-22'), undefined],
    ['was moved ten days ago', quiet('active', '2026-03-21'), 'rest'],
    ['has been quiet for years, and active', quiet('active', '2020-01-01'), 'rest'],
    ['has been quiet for years, inactive since yesterday', quiet('inactive', '2020-01-01', '2026-03-30'), undefined],
    ['has been inactive for 19 days', quiet('inactive', '2020-01-01', '2026-03-12'), undefined],
    ['has been inactive for 20 days', quiet('inactive', '2020-01-01', '2026-03-11'), 'sleep'],
    ['was moved today, and inactive', quiet('inactive', '2026-03-31', '2026-03-11'), 'move'],
    ['is dormant', quiet('dormant', '2020-01-01'), undefined],
    ['is closed', quiet('closed', '2020-01-01'), undefined],
    ['is frozen, and quiet', quiet('active', '2020-01-01', '2020-01-01', true), undefined],
  ];
  for (const [name, account, event] of cases) {
    it(`that ${name}: ${event ?? 'stays'}`, () => {
      expect(dormancyEvent(terms, account, day)).to.equal(event);
    });
  }

  it('is dormant as many days later as lie between', () => {
    expect(dormantDate(terms, day)).to.equal('2026-04-20');
  });

  it('is inactive before it is dormant', () => {
    expect(outcomeOf(() => checkDormancy({ inactiveAfterDays: 10, dormantAfterDays: 10 }))).to.equal(
      'DORMANCY_TERMS_INVALID',
    );
    expect(outcomeOf(() => checkDormancy(terms))).to.equal('undefined');
  });
});

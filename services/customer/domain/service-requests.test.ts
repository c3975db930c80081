import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '#chassis/errors.ts';
import { holds } from '#chassis/testing/property.ts';
import { ServiceRequestKind, ServiceRequestState } from '#gen/bank/customer/v1/service_request_pb.ts';
import {
  type At,
  afterBusiness,
  assigned,
  businessBetween,
  opened,
  reopened,
  resolved,
  written,
} from './service-requests.ts';

const timeZone = 'Europe/Prague';
const at = (local: string): At => ({
  nowMs: Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone).epochMilliseconds,
  timeZone,
});
const local = (ms: number | null) =>
  ms === null
    ? ''
    : Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDateTime().toString().slice(0, 16);
const { INQUIRY, COMPLAINT, FEEDBACK } = ServiceRequestKind;
const { OPEN, IN_PROGRESS, WAITING_FOR_CUSTOMER, RESOLVED } = ServiceRequestState;
const reasonOf = (work: () => unknown): string => {
  try {
    work();
    return '';
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
};

describe('The time in which the bank answers', () => {
  // 2026-04-03 is Good Friday, 2026-04-06 Easter Monday.
  const table = `
    2026-03-02T10:00 60 2026-03-02T11:00
    2026-03-02T16:30 60 2026-03-03T09:30
    2026-03-02T20:00 60 2026-03-03T10:00
    2026-03-02T03:00 480 2026-03-02T17:00
    2026-03-06T16:00 120 2026-03-09T10:00
    2026-03-07T12:00 1 2026-03-09T09:01
    2026-04-02T16:00 120 2026-04-07T10:00
    2026-03-27T16:00 120 2026-03-30T10:00`;
  for (const row of table.trim().split('\n')) {
    const [from = '', minutes = '', until = ''] = row.trim().split(' ');
    it(`is ${until} for ${minutes} minutes of business from ${from}`, () => {
      expect(local(afterBusiness(at(from), Number(minutes)))).to.equal(until);
    });
  }

  it('is two business days for an inquiry, fifteen for a complaint, none for feedback', () => {
    const now = at('2026-03-02T10:00');
    expect(local(opened(INQUIRY, 0, now).dueMs)).to.equal('2026-03-04T10:00');
    expect(local(opened(COMPLAINT, 0, now).dueMs)).to.equal('2026-03-23T10:00');
    expect(opened(FEEDBACK, 5, now)).to.include({ state: RESOLVED, dueMs: null });
    expect(reasonOf(() => opened(INQUIRY, 5, now))).to.equal('RATING_NOT_ALLOWED');
  });

  it('counts the minutes back that it has counted on', async () => {
    const minute = fc.integer({ min: 0, max: 400 * 1440 });
    const start = at('2026-01-01T00:00').nowMs;
    const counts = fc.property(minute, fc.integer({ min: 1, max: 10_000 }), (offset, minutes) => {
      const now = { nowMs: start + offset * 60_000, timeZone };
      return businessBetween(now, afterBusiness(now, minutes)) === minutes;
    });
    await holds(counts, { runs: 100, proofRuns: 10_000 });
  });
});

describe('A request of a customer', () => {
  const monday = at('2026-03-02T10:00');
  const inquiry = opened(INQUIRY, 0, monday);
  const bank = { fromBank: true, awaitsCustomer: true };
  const customer = { fromBank: false, awaitsCustomer: false };

  it('has its time stand still while it waits for the customer', () => {
    const waiting = written(assigned(inquiry, 'stf_eva'), bank, at('2026-03-03T10:00'));
    expect(waiting).to.include({ state: WAITING_FOR_CUSTOMER, dueMs: null, leftMinutes: 480 });
    const again = written(waiting, customer, at('2026-03-20T12:00'));
    expect(again).to.include({ state: IN_PROGRESS, leftMinutes: null, messageCount: 3 });
    expect(local(again.dueMs)).to.equal('2026-03-23T12:00');
    // What asks for nothing changes nothing.
    const more = written(inquiry, { ...bank, awaitsCustomer: false }, monday);
    expect(more).to.include({ state: OPEN, dueMs: inquiry.dueMs });
  });

  it('is taken on, given back, answered once, and opened again for sixty days', () => {
    expect(assigned(assigned(inquiry, 'stf_eva'), '').state).to.equal(OPEN);
    const done = resolved(assigned(inquiry, 'stf_eva'), at('2026-03-03T10:00'));
    expect(done).to.include({ state: RESOLVED, dueMs: null });
    for (const late of [
      () => resolved(done, monday),
      () => assigned(done, ''),
      () => written(done, customer, monday),
    ]) {
      expect(reasonOf(late)).to.equal('SERVICE_REQUEST_RESOLVED');
    }
    const again = reopened({ ...done, escalateMs: 1 }, at('2026-03-04T10:00'));
    expect(again).to.include({ state: IN_PROGRESS, reopenCount: 1, escalateMs: null, resolveMs: null });
    expect(local(again.dueMs)).to.equal('2026-03-06T10:00');
    expect(reasonOf(() => reopened(again, monday))).to.equal('SERVICE_REQUEST_NOT_RESOLVED');
    expect(reasonOf(() => reopened(done, at('2026-05-04T10:00')))).to.equal('SERVICE_REQUEST_NOT_REOPENABLE');
    expect(reasonOf(() => reopened(opened(FEEDBACK, 1, monday), monday))).to.equal('SERVICE_REQUEST_NOT_REOPENABLE');
  });

  it('has a hundred messages at most', () => {
    const full = { ...inquiry, messageCount: 100 };
    expect(reasonOf(() => written(full, customer, monday))).to.equal('SERVICE_REQUEST_FULL');
    expect(reasonOf(() => reopened(resolved(full, monday), monday))).to.equal('SERVICE_REQUEST_FULL');
  });
});

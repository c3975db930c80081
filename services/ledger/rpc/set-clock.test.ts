import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { SetClockRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { useLedger } from '../testing.ts';
import { setClock } from './set-clock.ts';

describe('SetClock', () => {
  const bank = useLedger();
  const backOffice = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const now = async () => timestampMs((await backOffice().getBusinessDate({})).clockTime!);

  it('sets the clock, which then runs on, and lets it go back to the real time', async () => {
    const wanted = Date.parse('2030-02-28T12:00:00Z');
    const set = (time: object) => backOffice().setClock({ requestId: newId('evt'), ...time });
    await set({ clockTime: timestampFromMs(wanted), validateOnly: true });
    expect(await now()).to.be.closeTo(Date.now(), 5_000);
    await set({ clockTime: timestampFromMs(wanted) });
    expect(await now()).to.be.within(wanted, wanted + 5_000);
    await set({});
    expect(await now()).to.be.closeTo(Date.now(), 5_000);
  });

  it('never sets the clock of a real bank', async () => {
    const context = {
      config: { BANK_ENVIRONMENT: 'production' },
      commands: {
        run: (_method: unknown, _request: unknown, _call: unknown, steps: { decide: () => unknown }) => steps.decide(),
      },
    };
    const request = create(SetClockRequestSchema, { requestId: 'r', clockTime: timestampFromMs(0) });
    await refused(setClock(context as never)(request, {} as never), 'CLOCK_NOT_SETTABLE');
  });

  it('is for the back office alone', async () => {
    await refused(bank.asPrincipal(staff('ADMINISTRATOR')).setClock({ requestId: newId('evt') }), 'CALLER_NOT_ALLOWED');
  });
});

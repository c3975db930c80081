import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staffAt } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { ChequeDecision } from '#gen/bank/account/v1/cheque_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { endDay } from '../../_testbed/days.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerPerson,
} from '../../_testbed/opening.ts';
import { asTransaction, issue, presented } from '../testing-cheques.ts';

describe('DecideChequeException', function decide() {
  this.timeout(120_000);
  const bank = useBank(ACCOUNT_BANK);
  const { PAY, RETURN } = ChequeDecision;
  const waiting = (...terms: Parameters<typeof presented>) => ({ ...presented(...terms), canWait: true });

  async function told(jana: string, disponents: string[] = []) {
    const account = await openAccount(bank(), { owners: [jana], disponents });
    await issue(bank(), account, 4);
    const cheques = [1, 2, 3].map((number) => ({ number, amount: { currencyCode: 'CZK', amount: '10.00' } }));
    const { accountId } = account;
    await accountsOf(bank(), jana).registerIssuedCheques({ requestId: aRequestId(), accountId, cheques });
    return account;
  }

  async function exceptionsOf(accountId: string) {
    return (await accountsAs(bank(), 'AUDITOR').listChequeExceptions({ accountId })).chequeExceptions;
  }

  it('pays nobody by what was said of another payee', async () => {
    const jana = await registerPerson(bank());
    const account = await told(jana);
    const scheme = asTransaction(bank());
    await scheme.honourCheque(waiting(account, 1, '12.00', 'Eva'));
    const [toEva] = await exceptionsOf(account.accountId);
    const said = { requestId: aRequestId(), chequeExceptionId: toEva?.chequeExceptionId ?? '', decision: PAY };
    await accountsOf(bank(), jana).decideChequeException(said);
    for (const other of ['Petr', '']) {
      await refused(scheme.honourCheque(presented(account, 1, '12.00', other)), 'CHEQUE_NOT_AS_ISSUED');
      expect((await scheme.honourCheque(waiting(account, 1, '12.00', other))).decideByDate).not.to.equal('');
    }
    expect(await exceptionsOf(account.accountId)).to.have.length(3);
    expect((await scheme.honourCheque(waiting(account, 1, '12.00', 'EVA'))).decideByDate).to.equal('');
  });

  it('has a cheque paid or sent back as its issuer says, and sent back of which they say nothing in time', async () => {
    const jana = await registerPerson(bank());
    const account = await told(jana);
    const scheme = asTransaction(bank());
    const today = await Promise.all(
      [1, 2, 4].map(async (number) => (await scheme.honourCheque(waiting(account, number, '12.00'))).decideByDate),
    );
    expect(new Set(today).size).to.equal(1);
    // Presented again it still waits, and is one of the list.
    await scheme.honourCheque(waiting(account, 1, '12.00'));
    await refused(scheme.honourCheque(presented(account, 1, '12.00')), 'CHEQUE_NOT_AS_ISSUED');
    const list = (await exceptionsOf(account.accountId)).toSorted((one, other) => one.number - other.number);
    expect(list.map(({ number, issuedAmount }) => `${number} ${issuedAmount?.amount}`)).to.deep.equal([
      '1 10.00',
      '2 10.00',
      '4 undefined',
    ]);
    const [first, second, third] = list.map(({ chequeExceptionId }) => chequeExceptionId);
    const mine = accountsOf(bank(), jana);
    const say = (chequeExceptionId: string | undefined, decision: 1 | 2) =>
      mine.decideChequeException({ requestId: aRequestId(), chequeExceptionId: chequeExceptionId ?? '', decision });
    expect((await say(first, PAY)).chequeException?.decision).to.equal(PAY);
    await refused(say(first, RETURN), 'CHEQUE_EXCEPTION_DECIDED');
    await say(second, RETURN);
    expect((await scheme.honourCheque(waiting(account, 1, '12.00'))).decideByDate).to.equal('');
    await refused(scheme.honourCheque(waiting(account, 2, '12.00')), 'CHEQUE_NOT_AS_ISSUED');
    expect(await endDay(bank())).to.equal(today[0]);
    await refused(say(third, PAY), 'CHEQUE_EXCEPTION_DECIDED');
    await refused(scheme.honourCheque(waiting(account, 4, '12.00')), 'CHEQUE_NOT_AS_ISSUED');
    const events = await eventsOf(bank().database('account'), first ?? '');
    expect(events).to.deep.equal(['ChequeExceptionChanged 1', 'ChequeExceptionChanged 2']);
  });

  it('is for the owners of the account, and staff of its branch', async () => {
    const [jana, eva] = [await registerPerson(bank()), await registerPerson(bank())];
    const account = await told(jana, [eva]);
    await asTransaction(bank()).honourCheque(waiting(account, 1, '11.00'));
    const [exception] = await exceptionsOf(account.accountId);
    const saying = (chequeExceptionId = exception?.chequeExceptionId ?? '') => ({
      requestId: aRequestId(),
      chequeExceptionId,
      decision: PAY,
    });
    await refused(accountsOf(bank(), eva).decideChequeException(saying()), 'OWNER_REQUIRED');
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    const elsewhere = bank().asPrincipal(AccountService, staffAt('brn_there', 'TELLER'));
    for (const foreign of [stranger, elsewhere]) {
      for (const asked of [saying(), saying('chx_unknown')]) {
        await refused(foreign.decideChequeException(asked), 'CHEQUE_EXCEPTION_NOT_FOUND');
      }
    }
    const teller = accountsAs(bank(), 'TELLER');
    await refused(teller.decideChequeException(saying('chx_unknown')), 'CHEQUE_EXCEPTION_NOT_FOUND');
    await teller.decideChequeException(saying());
  });
});

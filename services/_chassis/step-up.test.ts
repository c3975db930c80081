import { expect } from 'chai';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { refuseUnproved } from './step-up.ts';

describe('A service whose contract asks for proofs', () => {
  it('does not start when nobody checks them', () => {
    expect(() => refuseUnproved(SecurityService, undefined)).to.throw('/RemovePasskey: nobody checks its step_up');
    refuseUnproved(SecurityService, async () => undefined);
    refuseUnproved(TransactionService, undefined);
  });
});

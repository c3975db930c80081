import { expect } from 'chai';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { refuseUnproved } from './step-up.ts';

describe('A service whose contract asks for proofs', () => {
  it('does not start when nobody checks them', () => {
    expect(() => refuseUnproved(SecurityService, undefined)).to.throw('/RemovePasskey: nobody checks its step_up');
    refuseUnproved(SecurityService, async () => undefined);
    refuseUnproved(LedgerService, undefined);
  });
});

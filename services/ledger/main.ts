import { runService } from '#chassis/boot.ts';
import { ledger } from './service.ts';

await runService(ledger);

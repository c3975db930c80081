import { runService } from '#chassis/boot.ts';
import { notification } from './service.ts';

await runService(notification);

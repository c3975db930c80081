import { startEdge } from './service.ts';

const edge = await startEdge(process.env);

function stopOnce(): void {
  process.removeListener('SIGTERM', stopOnce).removeListener('SIGINT', stopOnce);
  void edge.stop();
}
process.on('SIGTERM', stopOnce).on('SIGINT', stopOnce);

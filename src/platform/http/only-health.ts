import { type FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

const ANSWERED = /^\/(health\/(live|ready)|metrics)$/;

/** Why a process that does the work, and takes no requests, does not answer one; undefined for health and metrics. */
export function refusalOfWorker({ url }: FastifyRequest): Problem | undefined {
  const [path = ''] = url.split('?', 1);
  return ANSWERED.test(path)
    ? undefined
    : new Problem(404, 'not-here', 'This process works; requests are answered by those with ROLE=api.');
}

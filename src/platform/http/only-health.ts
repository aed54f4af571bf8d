import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Problem } from './problem.js';

const ANSWERED = /^\/(health\/(live|ready)|metrics)$/;

/** Leaves nothing of the HTTP interface but health and metrics, for a process that does the work and takes no requests. */
export function answerOnlyHealth(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, _reply, done) => {
      const [path = ''] = request.url.split('?', 1);
      done(
        ANSWERED.test(path)
          ? undefined
          : new Problem(404, 'not-here', 'This process works; requests are answered by those with ROLE=api.'),
      );
    });
}

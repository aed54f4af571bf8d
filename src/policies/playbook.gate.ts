import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { Callers } from '../access/index.js';
import { Gates, LargeJsonRoute, Problem } from '../platform/http/index.js';
import { LARGEST_PLAYBOOK } from './playbook-files.js';

const GATE = 'playbook';
/** Bytes: the largest playbook there may be with room for three bytes a character, escapes and what stands around it. */
const BODY_LIMIT = 4 * LARGEST_PLAYBOOK;

/** The route takes a whole playbook. */
export const PlaybookRoute = (): MethodDecorator => LargeJsonRoute(GATE, BODY_LIMIT);

/** Before a body of that size is read: who sends it, and how large it is. */
@Injectable()
export class PlaybookGate implements OnModuleInit {
  constructor(
    private readonly callers: Callers,
    private readonly gates: Gates,
  ) {}

  onModuleInit(): void {
    this.gates.set(GATE, (request) => this.admit(request));
  }

  /** @throws Problem 401, 403, 413 */
  private async admit({ headers }: FastifyRequest): Promise<void> {
    await this.callers.require(headers, 'policies.read');
    if (Number(headers['content-length'] ?? 0) > BODY_LIMIT)
      throw new Problem(
        413,
        'too-large',
        `The body is larger than ${BODY_LIMIT / 1_024} KB; a playbook has at most ${LARGEST_PLAYBOOK / 1_024} KB of text.`,
      );
  }
}

import { STATUS_CODES } from 'node:http';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type FieldError, type Problem } from './problem.js';

/** As it is written on the wire (RFC 9457). */
interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** What to name when asking for help; only for a defect. */
  readonly requestId?: string;
}

export function titleOf(problem: Problem): string {
  return STATUS_CODES[problem.status] ?? 'Error';
}

export function answerDocument(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  const document: ProblemDocument = {
    type: `urn:countersign:problem:${problem.code}`,
    title: titleOf(problem),
    status: problem.status,
    detail: problem.detail,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
    ...(problem.status === 500 ? { requestId: request.id } : {}),
  };
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(document));
}

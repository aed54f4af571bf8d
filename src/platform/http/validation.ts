import { StandardSchemaValidationPipe } from '@nestjs/common';
import { type FieldError, Problem } from './problem.js';

/** What a schema found wrong; the shape every Standard Schema library shares. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

const MOST_ERRORS = 100;

/** Bad input as a problem: 400, with a path and a sentence for each mistake. */
function invalidInput(issues: readonly Issue[]): Problem {
  const errors: FieldError[] = issues.slice(0, MOST_ERRORS).map((issue) => ({
    path: (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    message: issue.message,
  }));
  const first = errors[0];
  const detail = first === undefined ? 'The input is wrong.' : `${first.path || 'body'}: ${first.message}`;
  return new Problem(400, 'invalid-input', detail, errors);
}

/** Checks `@Body({ schema })`, `@Query({ schema })` and `@Param` against their zod schemas. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({ exceptionFactory: invalidInput });
}

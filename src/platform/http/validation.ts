import { StandardSchemaValidationPipe } from '@nestjs/common';
import { type FieldError, Problem } from './problem.js';

/** What a schema found wrong; the shape every Standard Schema library shares. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** zod's, for members that a schema does not know; the path leads to their owner. */
  readonly code?: string;
  readonly keys?: readonly string[];
}

function errorsOf(issue: Issue): FieldError[] {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  if (issue.code === 'unrecognized_keys' && issue.keys !== undefined)
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not a known member' }));
  return [{ path: path.join('.'), message: issue.message }];
}

const MOST_ERRORS = 100;

/** Bad input as a problem: 400, with a path and a sentence for each mistake. */
function invalidInput(issues: readonly Issue[]): Problem {
  const errors = issues.flatMap(errorsOf).slice(0, MOST_ERRORS);
  const first = errors[0];
  const detail = first === undefined ? 'The input is wrong.' : `${first.path || 'body'}: ${first.message}`;
  return new Problem(400, 'invalid-input', detail, errors);
}

/** Checks `@Body({ schema })`, `@Query({ schema })` and `@Param` against their zod schemas. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({ exceptionFactory: invalidInput });
}

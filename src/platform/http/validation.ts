import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
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

/** Bad input as a problem: 400, with a path and a sentence for each mistake. @param name of what was checked by itself, such as a part of the address */
function invalidInput(issues: readonly Issue[], name: string | undefined): Problem {
  const errors = issues
    .flatMap(errorsOf)
    .slice(0, MOST_ERRORS)
    .map(({ path, message }) => ({
      path: [name, path].filter((part) => part !== undefined && part !== '').join('.'),
      message,
    }));
  const first = errors[0];
  const detail = first === undefined ? 'The input is wrong.' : `${first.path || 'body'}: ${first.message}`;
  return new Problem(400, 'invalid-input', detail, errors);
}

/** What a schema found wrong, before it is known what the schema was for. */
class Invalid extends Error {
  constructor(readonly issues: readonly Issue[]) {
    super('invalid');
  }
}

class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new Invalid(issues) });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      throw error instanceof Invalid ? invalidInput(error.issues, metadata.data) : error;
    }
  }
}

/** Checks `@Body({ schema })`, `@Query({ schema })` and `@Param` against their zod schemas. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new ValidationPipe();
}

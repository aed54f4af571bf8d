export { Idempotent } from './idempotency.decorator.js';
export { IdempotencyInterceptor } from './idempotency.interceptor.js';
export {
  type CursorParts,
  decodeCursor,
  encodeCursor,
  page,
  type Page,
  pageQuery,
  type PageQuery,
} from './pagination.js';
export { type FieldError, Problem } from './problem.js';

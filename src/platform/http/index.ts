export { readRawBody } from './body.js';
export { configureHttp, httpAdapter, RawBodyRoute } from './configure.js';
export { HttpModule } from './http.module.js';
export { Idempotent } from './idempotency.decorator.js';
export { IdempotencyInterceptor } from './idempotency.interceptor.js';
export { JsonRefused, parseUntrustedJson, readJson } from './json.js';
export {
  type CursorParts,
  decodeCursor,
  encodeCursor,
  page,
  type Page,
  pageQuery,
  type PageQuery,
} from './pagination.js';
export { ProblemPages, type ShownProblem } from './problem-pages.js';
export { type FieldError, Problem } from './problem.js';
export { RunningApplication } from './running-application.js';
export { invalidInput } from './validation.js';

export { readRawBody } from './body.js';
export { configureHttp, httpAdapter, RawBodyRoute } from './configure.js';
export { HttpModule } from './http.module.js';
export { readJson } from './json.js';
export { Idempotent } from './idempotency.decorator.js';
export { decodeCursor, encodeCursor, page, type Page, pageQuery, type PageQuery } from './pagination.js';
export { ProblemPages } from './problem-pages.js';
export { Problem } from './problem.js';
export { RunningApplication } from './running-application.js';

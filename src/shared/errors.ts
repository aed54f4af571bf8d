/** The `code` of an error as Node and PostgreSQL give it (`EEXIST`, `40001`), or an empty text. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

import { resolve } from 'node:path';
import { type Environment } from './environment.js';

/** PostgreSQL's: the server was reached and does not let us in, or has no such database. */
const REFUSED_BY_DATABASE = new Set(['28P01', '28000', '3D000', '42501']);
/** The file system's: nothing can be made there. */
const UNWRITABLE = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOENT',
  'ENOTDIR',
  'EEXIST',
  'ENOSPC',
  'ENAMETOOLONG',
  'ELOOP',
]);
/** The network's: nobody answered at the address. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

function member(error: Error, name: string): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : '';
}

/** Whether a path lies below a folder, or above it: what is missing above is made first. */
function isOnTheWay(path: string, folder: string): boolean {
  return path.startsWith(folder) || folder.startsWith(`${path}/`);
}

/**
 * The variable that kept the service from starting, found only when it was used, in one line that says what it should be.
 * @returns null for anything else.
 */
export function startFailure(
  error: unknown,
  { PORT, HOST, DATA_DIR, DATABASE_URL }: Pick<Environment, 'PORT' | 'HOST' | 'DATA_DIR' | 'DATABASE_URL'>,
): string | null {
  if (!(error instanceof Error)) return null;
  const code = member(error, 'code');
  const listens = member(error, 'syscall') === 'listen';
  if (code === 'EADDRINUSE') return `PORT ${PORT} is taken on ${HOST}; it should be a port nobody listens on`;
  if (listens && code === 'EACCES') return `PORT ${PORT} should be one that this user may listen on`;
  if (code === 'EADDRNOTAVAIL' || (code === 'ENOTFOUND' && member(error, 'hostname') === HOST))
    return `HOST ${HOST} should be an address of this machine`;
  if (UNWRITABLE.has(code) && isOnTheWay(member(error, 'path'), resolve(DATA_DIR)))
    return `DATA_DIR ${DATA_DIR} should be a folder that this user may write to (${code})`;
  if (DATABASE_URL === undefined) return null;
  // Never the address as it is written: it holds the password.
  if (REFUSED_BY_DATABASE.has(code))
    return `DATABASE_URL should name a database and a role that may use it: ${error.message}`;
  if (UNREACHABLE.has(code))
    return `DATABASE_URL should name a server that answers: ${URL.parse(DATABASE_URL)?.host ?? 'none'} does not (${code})`;
  return null;
}

import { hash, verify } from '@node-rs/argon2';

/** What a password is checked against when there is nobody: the same work, so that the time does not tell who exists. */
const nobody = hash('nobody has this password');

/** argon2id with the library's parameters (19 MiB, 2 passes). */
export function hashPassword(password: string): Promise<string> {
  return hash(password);
}

/** @param stored null for an unknown person or one without a password: always false, after the same work. */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  const fits = await verify(stored ?? (await nobody), password);
  return stored !== null && fits;
}

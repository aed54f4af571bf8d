const owners = new WeakMap<object, string>();

/**
 * Says whose personal data an answer holds. What is kept of it, to answer the same request again, is sealed under that key and ends with it.
 * @param keyId id of a key in the vault: a profile's id.
 */
export function belongingTo<T extends object>(keyId: string, answer: T): T {
  owners.set(answer, keyId);
  return answer;
}

/** The key under which an answer is kept; null when it is about nobody. */
export function ownerOf(answer: unknown): string | null {
  return typeof answer === 'object' && answer !== null ? (owners.get(answer) ?? null) : null;
}

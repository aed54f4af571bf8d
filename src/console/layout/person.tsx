import { type VNode } from 'preact';
import { type Profile } from '../../profiles/profile.js';

const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;

/** What to call a person: their name, else their address, else their user id, else that nobody knows. */
export function personName(
  profile: Pick<Profile, 'traits' | 'addresses' | 'userId' | 'anonymousIds'>,
): string {
  const { traits } = profile;
  const first = text(traits['firstName']) ?? text(traits['first_name']);
  const last = text(traits['lastName']) ?? text(traits['last_name']);
  const whole = [first, last].filter((part) => part !== null).join(' ');
  if (whole !== '') return whole;
  return text(traits['name']) ?? profile.addresses.email ?? profile.userId ?? 'Anonymous visitor';
}

/** A person as a link to their page. */
export function PersonLink({ id, name }: { id: string; name: string | null }): VNode {
  return name === null ? <span class="faint">erased person</span> : <a href={`/people/${id}`}>{name}</a>;
}

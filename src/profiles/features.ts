import { type ProfileFeatures } from '../policies/vocabulary.js';
import { type Profile } from './profile.js';

/** What expressions may know of a profile at a moment. @param now ISO 8601. */
export function toFeatures(_profile: Profile, _now: string): ProfileFeatures {
  throw new Error('soon');
}

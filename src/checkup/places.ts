import { type Bundle } from '../policies/bundle.js';

/** Where an item of the playbook is edited. */
export function inPlaybook(bundle: Bundle, subject: string): string {
  const place = bundle.places.get(subject);
  return place === undefined ? '/playbook' : `/playbook/edit?path=${encodeURIComponent(place.file)}`;
}

/** Where a fact is shown. */
export function inFactsList(id: string): string {
  return `/playbook/facts?id=${encodeURIComponent(id)}`;
}

import { Problem } from '../platform/http/problem.js';
import { type Role } from './permissions.js';

/** A named person, in the console or through their personal token: may sign what their role allows. */
export interface PersonActor {
  readonly kind: 'person';
  readonly personId: string;
  readonly name: string;
  readonly role: Role;
  /** `lent`: a session begun by a sign-in link that somebody else made; it may do everything but sign. */
  readonly via: 'session' | 'token' | 'lent';
}

/** A machine with a service token: acts for nobody and may not sign. */
export interface ServiceActor {
  readonly kind: 'service';
  readonly tokenId: string;
  readonly name: string;
  readonly role: Role;
}

/** Who asks. */
export type Actor = PersonActor | ServiceActor;

/**
 * The person whose signature this can be.
 * @throws Problem 403 for a machine, which acts for nobody, and where somebody else may be acting in the person's name.
 */
export function signer(actor: Actor): PersonActor {
  if (actor.kind !== 'person')
    throw new Problem(403, 'person-needed', 'Only a named person can sign; a service token acts for nobody.');
  if (actor.via === 'lent')
    throw new Problem(
      403,
      'own-password-needed',
      'You came in by a link that somebody else made, and a signature is yours alone. Choose a password under Account, sign in with it, and sign then.',
    );
  return actor;
}

/** How an actor is written in audit entries and message steps: person id, or `token:<id>`. */
export function actorId(actor: Actor): string {
  return actor.kind === 'person' ? actor.personId : `token:${actor.tokenId}`;
}

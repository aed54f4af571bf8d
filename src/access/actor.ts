import { type Role } from './permissions.js';

/** A named person, in the console or through their personal token: may sign what their role allows. */
export interface PersonActor {
  readonly kind: 'person';
  readonly personId: string;
  readonly name: string;
  readonly role: Role;
  readonly via: 'session' | 'token';
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

/** How an actor is written in audit entries and message steps: person id, or `token:<id>`. */
export function actorId(actor: Actor): string {
  return actor.kind === 'person' ? actor.personId : `token:${actor.tokenId}`;
}

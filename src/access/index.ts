export { Allow, CsrfToken, CurrentActor, Public } from './access.decorators.js';
export { AccessModule } from './access.module.js';
export { AccessService, type Bootstrapped } from './access.service.js';
export { type Actor, actorId, type PersonActor, type ServiceActor, signer } from './actor.js';
export { may, PERMISSIONS, ROLES } from './permissions.js';
export { PeopleService, type Person } from './people.service.js';
export { readSessionCookie, sessionCookie } from './session-cookie.js';
export { SessionsService } from './sessions.service.js';
export { type ApiToken, TokensService, type WriteKey } from './tokens.service.js';

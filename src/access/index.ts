export { Allow, CsrfToken, CurrentActor, Public } from './access.decorators.js';
export { AccessModule } from './access.module.js';
export { AccessService, type Printed } from './access.service.js';
export { type Actor, actorId, type PersonActor, type ServiceActor } from './actor.js';
export { may, type Permission, PERMISSIONS, type Role, ROLES } from './permissions.js';

export { ProfilesModule } from './profiles.module.js';
export { type Applied, type Merge, ProfilesService, type Suppression } from './profiles.service.js';

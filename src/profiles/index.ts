export { CarriedNamesService } from './carried-names.service.js';
export { ProfileViews } from './profile-views.service.js';
export { ProfilesModule } from './profiles.module.js';
export { type Applied, ProfilesService, type Suppression } from './profiles.service.js';

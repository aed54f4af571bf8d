export { CarriedNamesService } from './carried-names.service.js';
export { ProfileViews } from './profile-views.service.js';
export { ProfilesModule } from './profiles.module.js';
export { type Applied, ProfilesService } from './profiles.service.js';

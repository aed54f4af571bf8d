export { ErasedError, type Opened, Vault } from './vault.js';

export { ErasedError, Vault } from './vault.js';

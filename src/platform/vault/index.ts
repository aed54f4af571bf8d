export { ErasedError, erasedIsNull, type Opened, Vault } from './vault.js';

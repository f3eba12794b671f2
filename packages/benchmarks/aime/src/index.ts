export { type AimeSet, aime, aimeSets, benchmark } from './aime.js';

// Made from the folders by `npm run generate`; do not edit.
import type { AnyControl } from '../core/index.ts';
import { privilegeEscalation } from './pod-security/privilege-escalation.ts';

/** Every control, sorted by id. */
export const controls: readonly AnyControl[] = [
  privilegeEscalation,
];

import { can } from './can.ts';
import type { Command } from './command.ts';

/** What asks who may do what. */
export const rightsCommands: readonly Command[] = [can];

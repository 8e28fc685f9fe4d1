import { can } from './can.ts';
import type { Command } from './command.ts';
import { grants } from './grants.ts';
import { permissions } from './permissions.ts';
import { rbac } from './rbac.ts';
import { whoCan } from './who-can.ts';

/** What asks who may do what. */
export const rightsCommands: readonly Command[] = [can, whoCan, permissions, grants, rbac];

import { defineControl, unknown, type AnyControl } from '../../core/index.ts';
import { exampleBinding } from '../../subjects/example-permissions.ts';
import { allPermissions, roleKinds } from '../../subjects/rbac.ts';

export const permissionListing: AnyControl = defineControl({
  id: 'authorization/permission-listing',
  decides: ['RBAC-14'],
  title: 'A listing of who may do what exists, and somebody looks at it',
  why: 'Rights add up over roles, groups, aggregation and bindings of several namespaces: no single object shows what somebody may do.',
  severity: 'low',
  also: {},
  subject: allPermissions,
  decidedBy: roleKinds,
  inEveryCluster: true,
  never: ['pass', 'fail'],

  evaluate({ roles, bindings, at }) {
    const read = `${roles} ${roles === 1 ? 'role' : 'roles'} and ${bindings} ${bindings === 1 ? 'binding' : 'bindings'} were read`;
    return unknown(at, `${read}: plimsoll permissions lists them, and who looks at that is open`, ['person']);
  },

  remedy: 'Keep the output of plimsoll grants --dangerous, and look regularly at what plimsoll rbac --diff shows between it and the next.',

  examples: { pass: {}, fail: {}, unknown: { 'a binding': exampleBinding({ role: 'ClusterRole/view' }) } },
});

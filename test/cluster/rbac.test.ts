import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  buildRbac,
  groupsOf,
  mayWriteBinding,
  mayWriteRole,
  userName,
  type Grant,
  type NewBinding,
  type NewRole,
  type PolicyRule,
  type Question,
  type Rbac,
  type RbacSubject,
  type ResourceQuestion,
  type Write,
  type WriteReason,
} from '../../src/kube/rbac/index.ts';
import { binding, clusterRole, factsOf, role, type Manifest, type Rule } from '../rbac/facts-of.ts';
import { randomWorld, type World } from '../rbac/random-world.ts';
import { random } from '../upstream/random.ts';
import type { Answer, ApiClient, ApiObject, Status } from './api-client.ts';
import { asAdmin, asBearer, startControlPlane, type ControlPlane } from './control-plane.ts';
import { seenByAuthorizer } from './authorizer.ts';
import { make } from './make.ts';

/*
 * What the API server answers to SubjectAccessReviews and to writes of roles and bindings, in many small worlds at once whose
 * names differ, against the product's engine on what the server lists. A review asks all authorizers: besides RBAC there is
 * that of nodes, which has no opinion on others, and system:masters, who are not asked about here.
 */

/** With `PLIMSOLL_SEED` others than usual. */
const seed = Number(process.env['PLIMSOLL_SEED'] ?? 6);
const worldCount = 300;
const questionCount = 50;
const writeCount = 8;
const patience = 300_000;

const next = random(seed);
const worlds = Array.from({ length: worldCount }, (_, index) =>
  randomWorld(next, { id: `w${index}`, questions: questionCount, valid: true }),
);

const rbacGroup = 'rbac.authorization.k8s.io';
const path = `/apis/${rbacGroup}/v1`;

let plane: ControlPlane;
let admin: ApiClient;
let rbac: Rbac;

beforeAll(async () => {
  plane = await startControlPlane({ auditRules: [{ level: 'None' }] });
  admin = asAdmin(plane.address);
  await Promise.all(
    worlds.flatMap(({ namespaces }) => namespaces.map((name) => make(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))),
  );
  await Promise.all(worlds.flatMap(({ manifests }) => manifests.map((manifest) => make(admin, manifest as ApiObject))));
  await seenByAuthorizer(admin);
  rbac = await rbacOfServer();
}, patience);
afterAll(() => plane?.stop());

/** All roles and bindings of the server, its own included. */
async function rbacOfServer(): Promise<Rbac> {
  const kinds = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'];
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const { body } = await admin.request<{ items: Manifest[] }>('GET', `${path}/${kind.toLowerCase()}s`);
      return body.items.map((item) => ({ ...item, apiVersion: `${rbacGroup}/v1`, kind }));
    }),
  );
  return buildRbac(factsOf(...lists.flat()));
}

/** What the server says of it; a group is asked about as a user whom nobody binds, in that group. */
async function isAllowed(subject: RbacSubject, question: Question): Promise<boolean> {
  const asked =
    'url' in question
      ? { nonResourceAttributes: { verb: question.verb, path: question.url } }
      : { resourceAttributes: { ...question, version: 'v1' } };
  const { status, body } = await admin.request<{ status: { allowed: boolean } }>(
    'POST',
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { ...asked, user: subject.kind === 'Group' ? 'somebody' : userName(subject), groups: groupsOf(subject) },
    },
  );
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.status.allowed;
}

test('the server puts people into the groups that the engine puts them into', async () => {
  const groups = async (client: ApiClient): Promise<string[]> => {
    const { body } = await client.request<{ status: { userInfo: { groups: string[] } } }>(
      'POST',
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'SelfSubjectReview',
      },
    );
    return body.status.userInfo.groups.toSorted();
  };
  const account = { kind: 'ServiceAccount', namespace: 'default', name: 'robot' } as const;
  await make(admin, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'default', name: 'robot' } });
  await make(admin, binding(undefined, 'review-everybody', 'ClusterRole system:basic-user', 'Group system:unauthenticated') as ApiObject);
  await seenByAuthorizer(admin);
  const { body } = await admin.request<{ status: { token: string } }>('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {},
  });
  expect(await groups(asBearer(plane.address, body.status.token))).toEqual(groupsOf(account).toSorted());
  expect(await groups(admin.as(userName(account)))).toEqual(groupsOf(account).toSorted());
  expect(await groups(admin.as('jane', ['dev']))).toEqual(groupsOf({ kind: 'User', name: 'jane' }, ['dev']).toSorted());
  expect(await groups(asBearer(plane.address))).toEqual(groupsOf({ kind: 'User', name: 'system:anonymous' }));
});

describe('what a request is asked as', () => {
  const core = (verb: string, resource: string, more: Partial<ResourceQuestion> = {}): ResourceQuestion => ({
    verb,
    group: '',
    resource,
    namespace: 'asked',
    ...more,
  });
  const settings = (name: string): ApiObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'asked', name } });
  let asked = 0;
  const maps = '/api/v1/namespaces/asked/configmaps';
  const named = `fieldSelector=metadata.name%3Done`;

  beforeAll(async () => {
    await make(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'asked' } });
    await make(admin, settings('one'));
  });

  test.each<[string, ResourceQuestion, string, string, unknown?]>([
    ['to get one object', core('get', 'configmaps', { name: 'one' }), 'GET', `${maps}/one`],
    ['to list', core('list', 'configmaps'), 'GET', maps],
    ['to list by the name', core('list', 'configmaps', { name: 'one' }), 'GET', `${maps}?${named}`],
    ['to list by the name and more', core('list', 'configmaps', { name: 'one' }), 'GET', `${maps}?${named},metadata.namespace%3Dasked`],
    ['to list all but a name', core('list', 'configmaps'), 'GET', `${maps}?fieldSelector=metadata.name!%3Done`],
    ['to create, without the name', core('create', 'configmaps'), 'POST', `${maps}?dryRun=All`, settings('two')],
    ['to update', core('update', 'configmaps', { name: 'one' }), 'PUT', `${maps}/one?dryRun=All`, settings('one')],
    ['to delete', core('delete', 'configmaps', { name: 'one' }), 'DELETE', `${maps}/one?dryRun=All`],
    ['to delete a collection, without a name', core('deletecollection', 'configmaps'), 'DELETE', `${maps}?dryRun=All&${named}`],
    ['to get a namespace, in itself', core('get', 'namespaces', { name: 'asked' }), 'GET', '/api/v1/namespaces/asked'],
    [
      'to get a subresource of it, too',
      core('get', 'namespaces', { name: 'asked', subresource: 'status' }),
      'GET',
      '/api/v1/namespaces/asked/status',
    ],
    ['to list namespaces, in none', { verb: 'list', group: '', resource: 'namespaces' }, 'GET', '/api/v1/namespaces'],
    [
      'to exec, by the name of the pod',
      core('create', 'pods', { subresource: 'exec', name: 'web' }),
      'POST',
      '/api/v1/namespaces/asked/pods/web/exec?command=ls',
    ],
  ])('%s: %j', async (_, question, method, requestPath, body) => {
    const user = `asks-${asked++}`;
    const { verb, group, resource, subresource, name, namespace } = question;
    // Just this, and nothing else.
    const rule: Rule = {
      verbs: [verb],
      apiGroups: [group],
      resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
      resourceNames: [name ?? ''],
    };
    const client = admin.as(user);
    expect((await client.request(method, requestPath, body)).status).toBe(403);
    const roleKind = namespace === undefined ? 'ClusterRole' : 'Role';
    const granting = [
      namespace === undefined ? clusterRole(user, rule) : role(namespace, user, rule),
      binding(namespace, user, `${roleKind} ${user}`, `User ${user}`),
    ];
    for (const manifest of granting) await make(admin, manifest as ApiObject);
    await seenByAuthorizer(admin);
    expect((await client.request(method, requestPath, body)).status).not.toBe(403);
    expect(buildRbac(factsOf(...granting)).can({ kind: 'User', name: user }, question).allowed).toBe(true);
  });
});

test(
  `${worldCount} worlds, ${questionCount} questions each: the server gives the same answers`,
  async () => {
    const asked = worlds.flatMap(({ questions }) => questions);
    const answers = await Promise.all(
      asked.map(async ({ subject, question }) => ({
        subject,
        question,
        server: await isAllowed(subject, question),
        ...rbac.can(subject, question),
      })),
    );
    const different = answers.filter(({ server, allowed }) => server !== allowed);
    expect(different.slice(0, 3)).toEqual([]);
    const allowed = answers.filter((answer) => answer.allowed).length / asked.length;
    expect(allowed).toBeGreaterThan(0.15);
    expect(allowed).toBeLessThan(0.7);
  },
  patience,
);

describe('writing', () => {
  interface Try {
    readonly who: RbacSubject;
    readonly how: Write;
    readonly manifest: ApiObject;
    readonly expected: WriteReason;
  }

  /** Roles and bindings that some of a world try to write: some new, some that are there. */
  function triesIn({ manifests, namespaces, writers }: World): Try[] {
    const one = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
    const rules = manifests.flatMap((manifest) => (manifest['rules'] as readonly Rule[] | undefined) ?? []);
    const roles = manifests.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
    return Array.from({ length: writeCount }, (): Try => {
      const who = one(writers);
      const isNew = next() < 0.6;
      const how = one<Write>(isNew ? ['create', 'create', 'apply'] : ['update', 'patch']);
      const namespace = next() < 0.7 ? one(namespaces) : undefined;
      const labels = { metadata: { labels: { tried: 'true' } } };
      if (next() < 0.5) {
        const wanted = Array.from({ length: Math.floor(next() * 3) }, () => one(rules)).filter(
          (rule) => namespace === undefined || rule['nonResourceURLs'] === undefined,
        );
        const made = namespace === undefined ? clusterRole('new', ...wanted) : role(namespace, 'new', ...wanted);
        const gathers =
          namespace === undefined && next() < 0.2 ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { none: 'such' } }] } } : {};
        const known = one(roles);
        const fitting = known['kind'] === 'ClusterRole' ? wanted : wanted.filter((rule) => rule['nonResourceURLs'] === undefined);
        const manifest = isNew ? { ...made, ...gathers } : merged(known, { ...labels, rules: fitting });
        return {
          who,
          how,
          manifest: manifest as ApiObject,
          expected: mayWriteRole(rbac, { subject: who }, how, newRole(manifest)).because,
        };
      }
      const bindings = manifests.filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding');
      const target = one(roles);
      const isThere = next() < 0.8 && (namespace !== undefined || target['kind'] === 'ClusterRole');
      const made = binding(
        namespace,
        'new',
        isThere ? `${String(target['kind'])} ${metadataOf(target).name}` : 'ClusterRole gone',
        'User nobody',
      );
      const manifest = isNew ? made : merged(one(bindings), labels);
      return {
        who,
        how,
        manifest: manifest as ApiObject,
        expected: mayWriteBinding(rbac, { subject: who }, how, newBinding(manifest)).because,
      };
    });
  }

  test(
    `${worldCount} worlds, ${writeCount} attempts each: the server lets pass and refuses the same, for the same reasons`,
    async () => {
      const tries = worlds.flatMap(triesIn);
      const outcomes = await Promise.all(
        tries.map(async (each) => {
          const client = admin.as(each.who.kind === 'Group' ? 'somebody' : userName(each.who));
          const options = { dryRun: true };
          const answer = await { create: client.create, update: client.update, patch: client.apply, apply: client.apply }[each.how]<Status>(
            each.manifest,
            options,
          );
          return { ...each, found: reasonOf(answer), message: answer.body.message };
        }),
      );
      const different = outcomes.filter(({ expected, found }) => found !== (passing.has(expected) ? 'passes' : expected));
      expect(different.slice(0, 3)).toEqual([]);
      const counts = new Map<string, number>();
      for (const { expected } of tries) counts.set(expected, (counts.get(expected) ?? 0) + 1);
      // Every way out is taken often enough to prove something.
      for (const reason of ['may-not-write', 'verb', 'covered', 'not-covered', 'no-role'])
        expect(counts.get(reason) ?? 0, reason).toBeGreaterThan(20);
    },
    patience,
  );
});

const passing: ReadonlySet<WriteReason> = new Set(['privileged', 'verb', 'covered']);

/** A reason of the engine, `passes`, or else what the server says. */
function reasonOf({ status, body }: Answer<Status>): string {
  if (status === 200 || status === 201) return 'passes';
  const message = body.message ?? '';
  if (status === 404 && message.endsWith(' not found')) return 'no-role';
  if (status !== 403) return `${status} ${message}`;
  if (/attempting to grant RBAC permissions not currently held|must have cluster-admin privileges/.test(message)) return 'not-covered';
  return /cannot (?:create|update|patch) resource/.test(message) ? 'may-not-write' : message;
}

interface MetadataFields {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

function metadataOf(manifest: Manifest): MetadataFields {
  return manifest['metadata'] as MetadataFields;
}

function merged(manifest: Manifest, { metadata, ...more }: { readonly metadata: object; readonly [key: string]: unknown }): Manifest {
  return { ...manifest, ...more, metadata: { ...metadataOf(manifest), ...metadata } };
}

/** As the engine reads it. */
function newRole(manifest: Manifest): NewRole {
  const [fact] = factsOf(manifest);
  if (fact?.type !== 'role') throw new Error('no role');
  return fact satisfies { readonly rules: readonly PolicyRule[] };
}

function newBinding(manifest: Manifest): NewBinding {
  const [fact] = factsOf(manifest);
  if (fact?.type !== 'binding') throw new Error('no binding');
  return fact;
}

/** Last, because it takes away. */
test(
  'each binding that explains an answer suffices for it, and without all of them it is no',
  async () => {
    const explained = worlds.flatMap(({ questions }) => {
      const candidates = questions.map((each) => ({ ...each, grants: rbac.can(each.subject, each.question).grants }));
      // What everybody may is granted by the server's own bindings.
      const own = candidates.filter(({ grants }) => grants.length > 0 && grants.every((grant) => /^w\d/.test(grant.binding.name)));
      const most = own.toSorted((a, b) => bindingPaths(b.grants).length - bindingPaths(a.grants).length);
      return most.slice(0, 1).map(({ subject, question, grants }) => ({ subject, question, paths: bindingPaths(grants) }));
    });
    expect(explained.length).toBeGreaterThan(worldCount * 0.8);
    expect(explained.filter(({ paths }) => paths.length > 1).length).toBeGreaterThan(20);
    const ask = () => Promise.all(explained.map(({ subject, question }) => isAllowed(subject, question)));
    const remove = async (paths: readonly string[]) => {
      const statuses = await Promise.all(paths.map(async (each) => (await admin.request('DELETE', each)).status));
      expect(new Set(statuses)).toEqual(new Set([200]));
      await seenByAuthorizer(admin);
    };
    await remove(explained.flatMap(({ paths }) => paths.slice(1)));
    expect((await ask()).filter((allowed) => !allowed)).toEqual([]);
    await remove(explained.flatMap(({ paths }) => paths.slice(0, 1)));
    expect((await ask()).filter((allowed) => allowed)).toEqual([]);
  },
  patience,
);

function bindingPaths(grants: readonly Grant[]): string[] {
  const paths = grants.map(({ binding: { namespace, name } }) =>
    namespace === undefined ? `${path}/clusterrolebindings/${name}` : `${path}/namespaces/${namespace}/rolebindings/${name}`,
  );
  return [...new Set(paths)];
}

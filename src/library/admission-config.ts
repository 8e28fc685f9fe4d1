import { apiGroup, type Input, type Resource } from '../core/index.ts';
import type { Evaluation } from '../evaluate/index.ts';
import { admissionSettingsKinds, readAdmissionSettings } from '../kube/pod-security/index.ts';
import { isObject } from '../kube/shape-reader.ts';
import { OptionError } from '../options/option-error.ts';
import { readManifests } from '../sources/manifests/index.ts';

/**
 * Adds what files say of the admission of the API server, which no API shows: the AdmissionConfiguration that its flag
 * --admission-control-config-file names, and the PodSecurityConfiguration that may stand in a file of its own.
 * @throws OptionError where a file says nothing of it.
 */
export async function addAdmissionConfig(evaluation: Pick<Evaluation, 'add'>, files: readonly string[]): Promise<void> {
  const isWanted = (kind: string): boolean => admissionSettingsKinds.includes(kind);
  for (const file of files) {
    let found = 0;
    let reason: string | undefined;
    const take = (input: Input): void => {
      if (input.type === 'unread') reason ??= input.reason;
      if (input.type !== 'resource' || !isWanted(`${input.resource.ref.kind}.${apiGroup(input.resource.ref.apiVersion)}`)) return;
      found++;
      const path = pathOfPlugin(input.resource);
      // In a pod the path is that of the control plane; the file is somewhere else here.
      if (path !== undefined && files.length === 1)
        throw new OptionError([
          `${file} names another file for Pod Security: ${path}`,
          `add --admission-config with a copy of that file, wherever it is here`,
        ]);
      evaluation.add(input);
    };
    await readManifests({ paths: [file], cwd: process.cwd(), reads: (group, kind) => isWanted(`${kind}.${group}`) }, take);
    if (reason !== undefined) throw new OptionError([`${file} cannot be read: ${reason}`, hint]);
    if (found === 0) throw new OptionError([`${file} says nothing of admission`, hint]);
  }
}

const hint = 'name the AdmissionConfiguration of the API server: its flag --admission-control-config-file says where it is';

/** Where an AdmissionConfiguration sends its reader on. */
function pathOfPlugin(resource: Resource): string | undefined {
  const { plugins } = resource.object as { readonly plugins?: unknown };
  if (!Array.isArray(plugins) || readAdmissionSettings(resource.ref, resource.object) !== undefined) return undefined;
  const plugin: unknown = plugins.find((each) => isObject(each) && each['name'] === 'PodSecurity');
  return isObject(plugin) && typeof plugin['path'] === 'string' && plugin['path'] !== '' ? plugin['path'] : undefined;
}

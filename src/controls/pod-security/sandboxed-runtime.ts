import { decline, defineControl, fail, notApplicable, pass, set, strings, type AnyControl, type Metadata } from '../../core/index.ts';
import { pods } from '../../subjects/pod.ts';

const noneDeclared = notApplicable('no label for untrusted workloads is declared by the parameter "untrusted"');
const trusted = notApplicable('the pod carries no label of untrusted workloads');

/** Who is trusted, only the user knows: labels say it. Whether nodes offer the runtime class, and how it is set up, only they show. */
export const sandboxedRuntime: AnyControl = defineControl({
  id: 'pod-security/sandboxed-runtime',
  decides: ['ISO-01'],
  title: 'Untrusted workloads run in a sandboxed runtime',
  why: 'All ordinary containers of a node share one kernel, and a flaw in it ends their separation. A virtual machine or a kernel in user space keeps code that nobody vouches for away from it.',
  severity: 'high',
  also: { attack: ['T1611'] },
  subject: pods,
  params: {
    untrusted: strings('Labels of pods that run untrusted code, as key or key=value', []),
    runtimeClasses: strings('Runtime classes that isolate by a virtual machine or a kernel of their own', [
      'gvisor',
      'kata',
      'kata-qemu',
      'kata-clh',
      'kata-fc',
      'kata-vm-isolation',
      'kata-mshv-vm-isolation',
      'kata-cc-isolation',
    ]),
  },

  evaluate({ spec, metadata }, { params }) {
    if (params.untrusted.length === 0) return noneDeclared;
    const label = params.untrusted.find((wanted) => carries(metadata, wanted));
    if (label === undefined) return trusted;
    const runtimeClass = spec.runtimeClassName;
    if (runtimeClass !== undefined && params.runtimeClasses.includes(runtimeClass)) return pass;
    return fail(
      ['runtimeClassName'],
      runtimeClass === undefined
        ? `the pod is untrusted by label "${label}", yet shares the kernel of the node`
        : `the pod is untrusted by label "${label}", yet runtime class "${runtimeClass}" is no known sandbox`,
    );
  },

  fix: {
    safety: 'review',
    risk: 'the pod starts only where nodes offer the runtime class, and devices, host paths and speed differ there; try it with one pod first',
    values: { runtimeClass: { about: 'The runtime class of the sandbox that the nodes offer', example: 'gvisor' } },
    edits: (_pod, { params, values: { runtimeClass } }) => {
      if (runtimeClass === undefined) return decline('only a person knows which sandbox the nodes offer', ['runtimeClass']);
      if (!params.runtimeClasses.includes(runtimeClass))
        return decline(`"${runtimeClass}" is no known sandbox: add it to the parameter "runtimeClasses" if it is one`, ['runtimeClass']);
      return [set(['runtimeClassName'], runtimeClass)];
    },
  },

  examples: () => ({
    params: { untrusted: ['trust=untrusted'] },
    said: { values: { runtimeClass: 'gvisor' } },
    pass: { 'in a sandbox': 'metadata: { labels: { trust: untrusted } }\nruntimeClassName: gvisor' },
    fail: {
      'on the kernel of the node': 'metadata: { labels: { trust: untrusted } }',
      'in a runtime class that is no sandbox': 'metadata: { labels: { trust: untrusted } }\nruntimeClassName: nvidia',
    },
    notApplicable: { 'a trusted pod': 'metadata: { labels: { trust: reviewed } }' },
  }),
});

function carries({ labels }: Metadata, wanted: string): boolean {
  if (labels === undefined) return false;
  const equals = wanted.indexOf('=');
  const key = equals < 0 ? wanted : wanted.slice(0, equals);
  if (!Object.hasOwn(labels, key)) return false;
  return equals < 0 || labels[key] === wanted.slice(equals + 1);
}

import { defineControl, failAt, type AnyControl, type Place } from '../../core/index.ts';
import { pods } from '../../subjects/pod.ts';

/** A day: the kubelet asks for a new token after that anyway, or when four fifths of the time are over. */
const longest = 86_400;

export const tokenLifetime: AnyControl = defineControl({
  id: 'pod-security/token-lifetime',
  decides: ['TOK-03'],
  title: 'Tokens in volumes last a day at most',
  why: 'A token that has leaked works until it expires or its pod is gone. An hour is enough for every program that reads the file anew.',
  severity: 'low',
  also: { attack: ['T1528', 'T1550.001'] },
  subject: pods,

  evaluate({ spec: { volumes = [] } }) {
    const places: Place[] = [];
    for (let index = 0; index < volumes.length; index++) {
      const { name = '', projected } = volumes[index]!;
      if (projected === undefined) continue;
      for (const [at, { serviceAccountToken }] of (projected.sources ?? []).entries()) {
        const seconds = serviceAccountToken?.expirationSeconds ?? 3600;
        if (seconds <= longest) continue;
        const where = ['volumes', index, 'projected', 'sources', at, 'serviceAccountToken', 'expirationSeconds'];
        places.push({ where, message: `volume "${name}" holds a token that lasts ${Math.round(seconds / 3600)} hours` });
      }
    }
    return failAt(places);
  },

  remedy: 'Leave expirationSeconds out, or set it to an hour; the program has to read the file again before the token expires.',

  examples: () => ({
    pass: {
      'an hour, by default': tokenWith(''),
      'a day': tokenWith('expirationSeconds: 86400'),
    },
    fail: { 'a year': tokenWith('expirationSeconds: 31536000') },
  }),
});

function tokenWith(more: string): string {
  return `volumes: [{ name: token, projected: { sources: [{ serviceAccountToken: { path: token, audience: vault, ${more} } }] } }]`;
}

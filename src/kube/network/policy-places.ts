import type { Anchor, AnchorOf, Path } from '../../core/index.ts';
import type { PolicyPlaces, RulePlace } from './facts.ts';
import { listOf, recordOf } from '../untyped.ts';

/** Where the rules of a policy stand, with their peers and ports: `spec.ingress[0].from[1]`. */
export function policyPlaces(
  anchor: AnchorOf,
  spec: { readonly ingress?: unknown; readonly egress?: unknown },
  ports: string,
): PolicyPlaces {
  const placesOf = (direction: 'ingress' | 'egress', peers: string): RulePlace[] =>
    listOf(spec[direction]).map((value, index) => {
      const rule = recordOf(value);
      const at: Path = ['spec', direction, index];
      const each = (key: string): Anchor[] => listOf(rule[key]).map((_, item) => anchor([...at, key, item]));
      return { at: anchor(at), peers: each(peers), ports: each(ports) };
    });
  return { ingress: placesOf('ingress', 'from'), egress: placesOf('egress', 'to') };
}

import { waiverAnnotation } from '../core/index.ts';

/** What the example waives: the hardened Deployment with the token of its account. */
const needed = 'spec: { template: { spec: { automountServiceAccountToken: true } } }\n';

/**
 * An example of an annotation on the hardened Deployment, which fails TOK-01 then unless the waiver is not `needed`. The
 * proofs are of 15 January 2026.
 */
export function exampleWaiver({ control = 'TOK-01', until = '2026-12-31', owner = 'team-shop', isNeeded = true }: ExampleWaiver): string {
  const said = JSON.stringify({ [control]: { reason: 'talks to the API server', owner, until } });
  return `kind: Deployment\nmetadata:\n  annotations:\n    ${waiverAnnotation}: '${said}'\n${isNeeded ? needed : ''}`;
}

interface ExampleWaiver {
  readonly control?: string;
  readonly until?: string;
  readonly owner?: string;
  readonly isNeeded?: boolean;
}
